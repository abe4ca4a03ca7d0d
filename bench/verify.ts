// `log verify` of a million lines, as a whole process: what a line takes, and the peak of memory.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type AuditFields, CHAIN_START, type ChainEnd, seal } from '../src/core/audit-record.ts';
import type { Lease } from '../src/core/lease.ts';
import { type Figure, median } from './figure.ts';

const LINES = 1_000_000;
const ROUNDS = 3;
/** As rotation leaves them. */
const SEGMENT = 64 * 1024 * 1024;
const VERSION = '0.1.0';

export async function benchVerify(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  try {
    const bytes = writeLog(join(root, 'state', 'audit'));
    const took: Measured[] = [];
    for (let round = 0; round < ROUNDS; round += 1) took.push(await verify(root));
    return [
      {
        name: 'log verify: a line, whole process',
        value: median(took.map(({ ms }) => ms)) * (1_000 / LINES),
        target: 3.33,
        unit: 'µs',
        note: `${LINES.toLocaleString('en')} lines of ${Math.round(bytes / LINES)} bytes; ${Math.round(LINES / (median(took.map(({ cpu }) => cpu)) / 1_000)).toLocaleString('en')} lines a second of processor time`,
      },
      {
        name: 'log verify: peak memory',
        value: Math.max(...took.map(({ mebibytes }) => mebibytes)),
        target: 190,
        unit: 'MiB',
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

interface Measured {
  readonly ms: number;
  /** Milliseconds of processor time. */
  readonly cpu: number;
  readonly mebibytes: number;
}

/** The peak, and the processor's time, are what the process says of itself at its end. */
async function verify(root: string): Promise<Measured> {
  const report = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stderr.write(JSON.stringify({ kib: maxRSS, us: userCPUTime + systemCPUTime }) + '\\n'); });`;
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(report)}`,
    resolve('bin/scim-hook.js'),
    'log',
    'verify',
  ];
  const env = { ...process.env, HOME: root, SCIM_HOOK_HOME: join(root, 'state') };
  const start = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  const ms = performance.now() - start;
  if (!/^1,000,000 lines.*: whole\.$/m.test(stdout)) throw new Error(stdout);
  const { kib, us } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { kib: number; us: number };
  return { ms, cpu: us / 1_000, mebibytes: kib / 1024 };
}

/** Switches with their changes, as they follow one another in a year; returns how many bytes. */
function writeLog(directory: string): number {
  mkdirSync(directory, { recursive: true });
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  let end: ChainEnd = CHAIN_START;
  let time = Date.parse('2026-01-01T08:00:00Z');
  let [total, size] = [0, 0];
  let fd = openSync(join(directory, 'audit.000000000001.jsonl'), 'w');
  let waiting: string[] = [];
  const flush = (): void => {
    writeSync(fd, waiting.join(''));
    waiting = [];
  };
  for (const fields of history(() => new Date(time).toISOString())) {
    if (end.seq === LINES) break;
    time += 31;
    if (size > SEGMENT) {
      flush();
      closeSync(fd);
      fd = openSync(join(directory, `audit.${String(end.seq + 1).padStart(12, '0')}.jsonl`), 'w');
      size = 0;
    }
    const sealed = seal(fields, { time: new Date(time).toISOString(), version: VERSION }, end, sha256);
    waiting.push(`${sealed.text}\n`);
    size += sealed.text.length + 1;
    total += sealed.text.length + 1;
    end = sealed.end;
    if (waiting.length === 1_000) flush();
  }
  flush();
  closeSync(fd);
  return total;
}

function* history(at: () => string): Generator<AuditFields> {
  const common: Omit<AuditFields, 'kind' | 'at'> = {
    device: randomUUID(),
    repo: 'github.com/acme/payments',
    mode: 'enforce',
    policy: '9d59409a0c3c4f7c8e4bcd5b2a51c1fbd1bb4a0e',
    rulesBlob: '1f0c2d3e0c3c4f7c8e4bcd5b2a51c1fbd1bb4a0e',
    subject: 'alice@acme.example',
    subjectId: '00u1a2b3c4d5e6f7g8h9',
    worktree: '/home/alice/src/payments',
  };
  yield { kind: 'log-start', at: at() };
  for (let number = 0; ; number += 1) {
    const branch = `release/2.${number % 40}`;
    const [event, lease] = [randomUUID(), randomUUID()];
    const about = { ...common, event, branch, at: at() };
    yield { ...about, kind: 'switch', from: 'main' };
    for (const [op, name] of [
      ['remove', 'jit-development'],
      ['add', 'jit-release'],
    ] as const) {
      const change: AuditFields = {
        ...about,
        kind: 'intent',
        endpoint: 'https://idp.acme.example/v2',
        op,
        target: 'group',
        name,
        targetId: '00u1a2b3c4d5e6f7g8h9',
        before: 'absent',
        managed: true,
        lease,
        rules: ['release'],
        expires: '2026-11-24T02:16:07.000Z',
      };
      yield change;
      yield {
        ...change,
        kind: 'change',
        outcome: 'applied',
        verified: 'confirmed',
        ms: 84,
        status: 200,
        attempts: 1,
        requestId: randomUUID(),
      };
    }
    yield {
      ...about,
      kind: 'sync',
      outcome: 'applied',
      ms: 312,
      lease,
      rules: ['release'],
      leases: [leaseOf(lease, event, branch)],
    };
  }
}

const leaseOf = (id: string, event: string, branch: string): Lease => ({
  id,
  endpoint: 'https://idp.acme.example/v2',
  subject: 'alice@acme.example',
  subjectId: '00u1a2b3c4d5e6f7g8h9',
  device: '5f0c2d3e-7f76-453a-919d-413861904646',
  repo: 'github.com/acme/payments',
  commonDir: '/home/alice/src/payments/.git',
  worktree: { gitDir: '/home/alice/src/payments/.git', path: '/home/alice/src/payments' },
  branch,
  rules: ['release'],
  until: 'switch',
  lifetime: 28_800_000,
  by: 'checkout',
  granted: 1_767_254_400_000,
  expires: 1_767_283_200_000,
  event,
  policy: { commit: null, blob: '1f0c2d3e0c3c4f7c8e4bcd5b2a51c1fbd1bb4a0e' },
  wants: [],
});
