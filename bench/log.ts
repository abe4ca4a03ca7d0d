// How fast questions to a log of a million lines are answered, whole process, beside the tools people would reach for.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Figure, median } from './figure.ts';
import { REPO, writeYear } from './log-year.ts';

const LINES = 1_000_000;
const ROUNDS = 9;
/** jq takes half a minute. */
const SLOW_ROUNDS = 2;
const FAILED = '"outcome":"failed"';

const log = (...args: string[]): readonly string[] => [
  process.execPath,
  resolve('bin/scim-hook.js'),
  'log',
  ...args,
];

const ARMS = {
  node: [process.execPath, '-e', ''],
  version: [process.execPath, resolve('bin/scim-hook.js'), '--version'],
  scan: log('--since', '400d', '--outcome', 'failed', '--ndjson'),
  day: log('--since', '24h', '--ndjson'),
  tail: log('--since', '400d', '--outcome', 'failed', '-n', '20'),
} as const;

export async function benchLog(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  try {
    const [home, repo] = [join(root, 'state'), join(root, 'repo')];
    const bytes = writeYear(join(home, 'audit'), LINES, Date.now());
    mkdirSync(repo);
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      SCIM_HOOK_HOME: home,
    };
    const run = async ([file = '', ...args]: readonly string[]): Promise<number> => {
      const started = performance.now();
      await promisify(execFile)(file, args, { cwd: repo, env, maxBuffer: 1 << 30 });
      return performance.now() - started;
    };
    execFileSync('git', ['init', '-q'], { cwd: repo, env });
    execFileSync('git', ['remote', 'add', 'origin', `https://${REPO}.git`], { cwd: repo, env });
    const files = readdirSync(join(home, 'audit')).map((name) => join(home, 'audit', name));
    const arms = { ...ARMS, grep: ['grep', '-hF', FAILED, ...files] };
    const names = Object.keys(arms) as (keyof typeof arms)[];
    const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
      keyof typeof arms,
      number[]
    >;
    for (let round = -1; round < ROUNDS; round += 1)
      for (const name of names) {
        const ms = await run(arms[name]);
        if (round >= 0) times[name].push(ms);
      }
    const jq: number[] = [];
    for (let round = 0; round < SLOW_ROUNDS; round += 1)
      jq.push(await run(['jq', '-c', 'select(.outcome == "failed")', ...files]));
    const [node, grep, scan, day, tail] = [times.node, times.grep, times.scan, times.day, times.tail].map(
      median,
    ) as [number, number, number, number, number];
    const memory = await Promise.all(
      [log('--since', '400d', '--ndjson'), log('summary', '--since', '400d'), log('show', '5000')].map(
        (argv) => peakOf(argv, repo, env),
      ),
    );
    const ms = (value: number): string => `${value.toFixed(0)} ms`;
    const size = `${LINES.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(0)} MB`;
    return [
      {
        name: `log --outcome failed (1 in 1,000 of ${size}) ÷ (2 × grep -F + an empty Node process)`,
        value: scan / (2 * grep + node),
        target: 1,
        unit: '×',
        note: `median of ${ROUNDS}: ${ms(scan)} ÷ (2 × ${ms(grep)} + ${ms(node)})`,
      },
      {
        name: 'the same ÷ jq -c select',
        value: scan / median(jq),
        target: 1 / 15,
        unit: '×',
        note: `${ms(scan)} ÷ ${ms(median(jq))}, ${(median(jq) / scan).toFixed(0)} × faster`,
      },
      {
        name: 'log --since 24h of a year ÷ an empty Node process',
        value: day / node,
        target: 2,
        unit: '×',
        note: `${ms(day)} ÷ ${ms(node)}`,
      },
      {
        name: 'the last 20 failures ÷ an empty Node process',
        value: tail / node,
        target: 2,
        unit: '×',
        note: `${ms(tail)} ÷ ${ms(node)}`,
      },
      {
        name: 'scim-hook --version ÷ an empty Node process',
        value: median(times.version) / node,
        target: null,
        unit: '×',
      },
      {
        name: 'most memory of log, log summary and log show over all lines',
        value: Math.max(...memory),
        target: 200,
        unit: 'MB',
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Megabytes, as the system counts them (VmHWM), looked at while the process lives. */
function peakOf(
  [file = '', ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((done) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let peak = 0;
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // It is over.
      }
    }, 20);
    child.stdout.resume();
    child.on('close', () => {
      clearInterval(look);
      done(peak);
    });
  });
}
