// `log`, as people and programs read it: on terminals of all widths, in pipes, as documents, and while it grows.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv, type AnySchemaObject } from 'ajv';
import stringWidth from 'string-width';
import { expect, inject, type TestContext, test } from 'vitest';
import { type Ran, type Repo, Sandbox, until } from '../support/sandbox.ts';
import { Terminal } from '../support/terminal.ts';
import { REPO, StoredLog, switchLines } from '../support/written-log.ts';

const MINUTE = 60_000;
/** Newest first. */
const ONE_SWITCH = ['= sync', '+ jit-release', 'switch from main'];
/** git takes such a branch; a spreadsheet would run it, a terminal would turn round what follows. */
const HOSTILE = '=cmd|x!A0,"\u202e\u009b31m';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly log: StoredLog;
  readonly path: string;
}

/** Four switches: of today, one failed; one of another repository; and one of three days ago. */
async function stage(): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', null);
  await repo.git('remote', 'add', 'origin', `https://${REPO}.git`);
  const log = new StoredLog();
  const path = join(sandbox.state, 'audit', 'audit.jsonl');
  const now = Date.now();
  log.append(path, { kind: 'log-start', at: new Date(now - 5_000 * MINUTE).toISOString() });
  log.append(path, ...switchLines('01970000-old', now - 4_000 * MINUTE, 'release/0'));
  log.append(path, ...switchLines('01975555-one', now - 30 * MINUTE, 'release/1'));
  const failed = { outcome: 'failed', reason: 'unreachable', subject: 'bob@acme.example' } as const;
  log.append(path, ...switchLines('01976666-two', now - 20 * MINUTE, HOSTILE, failed));
  const other = switchLines('01977777-three', now - 10 * MINUTE, 'main');
  log.append(path, ...other.map((line) => ({ ...line, repo: 'github.com/acme/other' })));
  return { sandbox, repo, log, path, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() };
}

const open = (
  ctx: TestContext,
  { sandbox, repo }: Stage,
  args: readonly string[],
  columns = 80,
  env = {},
): Terminal =>
  Terminal.open(ctx, [process.execPath, sandbox.bin, ...args], {
    cwd: repo.path,
    env: { ...sandbox.env, ...env },
    columns,
  });
const screenOf = ({ shown }: Terminal): string[] =>
  stripVTControlCharacters(shown).replaceAll('\r', '').trimEnd().split('\n');
const lines = ({ stdout }: Ran): string[] => stdout.split('\n').slice(0, -1);

test.for([40, 80, 200])(
  'on %s columns each row is one line that fits, without and with colours',
  async (columns, ctx) => {
    await using staged = await stage();
    const seen: string[][] = [];
    for (const env of [{}, { NO_COLOR: '1' }]) {
      await using terminal = open(ctx, staged, ['log', '--all-repos', '--since', '7d'], columns, env);
      expect(await terminal.end()).toBe(0);
      expect(terminal.shown.includes('\u001b[')).toBe(!('NO_COLOR' in env));
      const shown = screenOf(terminal);
      for (const line of shown) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
      seen.push(shown);
      // A heading, three lines of each switch, and the footer.
      const rows = shown.slice(1, 13);
      expect(rows.filter((row) => /\d\d:\d\d/.test(row))).toHaveLength(12);
      expect(rows.filter((row) => row.includes('✗ failed'))).toHaveLength(2);
      expect(rows.filter((row) => row.includes('✓ applied'))).toHaveLength(6);
      expect(rows.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      const footer = shown.slice(13).join(' ').replace(/\s+/g, ' ');
      expect(footer).toContain('12 lines');
      expect(footer).toContain('2 failed · chain whole over the newest 17 lines');
    }
    expect(seen[1]).toEqual(seen[0]);
    if (columns === 200)
      expect(seen[0]?.join('\n')).toMatch(
        /bob@acme\.example +acme\/payments@=cmd.* \+ jit-release +✗ failed: unreachable +70 +12$/m,
      );
  },
);

test('names nobody where all is about one person, and says who that is', async (ctx) => {
  await using staged = await stage();
  await using terminal = open(ctx, staged, ['log', '--branch', 'release/*']);
  await terminal.end();
  const shown = screenOf(terminal);
  expect(shown[0]).toMatch(/^TIME +BRANCH +WHAT +RESULT +MS +SEQ$/);
  expect(shown.at(-1)).toBe('3 lines of alice@acme.example · chain whole over the newest 17 lines');
});

test('says at which line the newest part of the chain breaks', async (ctx) => {
  await using staged = await stage();
  const text = readFileSync(staged.path, 'utf8');
  writeFileSync(staged.path, text.replace('"reason":"unreachable"', '"reason":"off"'));
  await using terminal = open(ctx, staged, ['log'], 120);
  expect(await terminal.end()).toBe(0);
  expect(screenOf(terminal).at(-1)).toContain('chain broken at seq 12: see `scim-hook log verify`');
});

test('an empty log, and one that has nothing of here, say so and are no failure', async () => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', null);
  for (const args of [['log'], ['log', '--csv'], ['log', '--ndjson'], ['log', 'summary']])
    expect(await repo.scimHook(...args), args.join(' ')).toMatchObject({ status: 0, stderr: '' });
  expect(await repo.scimHook('log', '--json')).toMatchObject({ status: 0, stdout: '[]\n' });
});

test('a terminal hears where else to look', async (ctx) => {
  await using staged = await stage();
  await staged.repo.git('remote', 'set-url', 'origin', 'https://github.com/acme/none.git');
  await using terminal = open(ctx, staged, ['log'], 200);
  expect(await terminal.end()).toBe(0);
  expect(screenOf(terminal)).toEqual([
    'The log has nothing of this repository in the last 24 hours. --since 30d looks further back, --all-repos into other repositories.',
  ]);
});

test('in a pipe: tabs, whole times and names, no limit; intents only where they are asked for', async () => {
  await using staged = await stage();
  const { repo, sandbox } = staged;
  const ran = await repo.scimHook('log', '--utc');
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  const rows = lines(ran).map((line) => line.split('\t'));
  expect(rows.map(([, , , , what]) => what)).toEqual([...ONE_SWITCH, ...ONE_SWITCH]);
  expect(rows[1]?.slice(1)).toEqual([
    'bob@acme.example',
    REPO,
    '=cmd|x!A0,"\ufffd31m',
    '+ jit-release',
    'failed',
    'unreachable',
    '70',
    '12',
  ]);
  expect(rows[0]?.[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const kinds = async (...args: string[]) => lines(await repo.scimHook('log', ...args)).length;
  expect(await kinds('--kind', 'intent')).toBe(2);
  expect(await kinds('--id', '01975555')).toBe(4);
  expect(await kinds('--all-repos', '--since', '7d')).toBe(12);
  expect(await kinds('--repo', 'other,payments', '--user', 'id-alice', '--outcome', 'applied,failed')).toBe(
    6,
  );
  expect(await kinds('-n', '2')).toBe(2);
  // Outside any repository, all of them.
  const outside = await sandbox.run(process.execPath, [sandbox.bin, 'log'], sandbox.root);
  expect(lines(outside)).toHaveLength(9);
  const east = await sandbox.run(process.execPath, [sandbox.bin, 'log', '-n', '1'], repo.path, {
    env: { TZ: 'Asia/Kolkata' },
  });
  expect(east.stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30\t/);
});

test('as documents: the stored bytes, some of their members, and CSV that no spreadsheet runs', async () => {
  await using staged = await stage();
  const { repo, log } = staged;
  const newest = log.lines.slice(5, 13).reverse();
  const stored = await repo.scimHook('log', '--ndjson');
  expect(lines(stored)).toEqual(newest);
  const json = await repo.scimHook('log', '--json');
  expect(JSON.parse(json.stdout)).toEqual(newest.map((line) => JSON.parse(line) as unknown));
  expect(json.stdout.split('\n')).toHaveLength(newest.length + 3);
  const some = await repo.scimHook('log', '--json=seq,reason', '--outcome', 'failed');
  expect(JSON.parse(some.stdout)).toEqual([
    { reason: 'unreachable', seq: 13 },
    { reason: 'unreachable', seq: 12 },
  ]);
  expect((await repo.scimHook('log', '--ndjson=seq', '-n', '1')).stdout).toBe('{"seq":13}\n');
  const csv = await repo.scimHook('log', '--csv', '--outcome', 'failed', '--kind', 'change');
  const [head = '', row = '', end] = csv.stdout.split('\r\n');
  expect(end).toBe('');
  expect(head.split(',').slice(0, 3)).toEqual(['seq', 'time', 'at']);
  expect(row).toMatch(/^12,/);
  expect(row).toContain(`,"'${HOSTILE.replaceAll('"', '""')}",`);
});

test.for<[args: string[], says: RegExp]>([
  [['--outcome', 'fialed'], /Did you mean failed\?/],
  [['--since', 'soon'], /"soon" is no time; a time is 2h/],
  [['--json=sqe'], /--json knows no "sqe"\. Did you mean seq\?/],
  [['--csv', '--ndjson'], /exclude each other/],
  [['-n', '0'], /-n takes a number/],
  [['-f', '--json'], /take --ndjson/],
  [['--against', 'x'], /unknown option/],
  [['--since', '2h', 'verify'], /log verify has no option --since/],
  [['show', 'abc'], /too short/],
  [['show', '0197'], /could be any of 01970000-old, 01975555-one/],
  [['show', 'nothing-like-it'], /no event, line or lease nothing-like-it/],
])('%j is wrong usage, and says how', async ([args, says]) => {
  await using staged = await stage();
  const ran = await staged.repo.scimHook('log', ...args);
  expect(ran.status).toBe(2);
  const said =
    ran.stderr === '' ? (JSON.parse(ran.stdout) as { error: { message: string } }).error.message : ran.stderr;
  expect(said.replace(/\s+/g, ' ')).toMatch(says);
});

test('files that were collected elsewhere, merged by time; what is none is said by name', async () => {
  await using staged = await stage();
  const { repo, sandbox, path } = staged;
  const elsewhere = new StoredLog();
  const file = join(sandbox.root, 'machine-2.jsonl');
  elsewhere.append(file, ...switchLines('01978888-four', Date.now() - 25 * MINUTE, 'release/9'));
  const ran = await repo.scimHook('log', '--from', file, path, '--kind', 'switch');
  expect(lines(ran).map((line) => line.split('\t')[3])).toEqual([
    'main',
    expect.stringContaining('cmd'),
    'release/9',
    'release/1',
  ]);
  expect(
    lines(await repo.scimHook('log', '--from', join(sandbox.state, 'audit'), '--kind', 'switch')),
  ).toHaveLength(3);
  const pipe = join(sandbox.root, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const [bad, says] of [
    [pipe, /it is no plain file/],
    [join(sandbox.root, 'none'), /ENOENT|no such file/],
  ] as const) {
    const failed = await repo.scimHook('log', '--from', bad);
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).toContain(bad);
    expect(failed.stderr).toMatch(says);
  }
});

test('a pager as git has it, from the person or the machine, never from the clone', async (ctx) => {
  await using staged = await stage();
  const { repo, sandbox } = staged;
  const now = Date.now();
  for (let at = 0; at < 20; at += 1)
    staged.log.append(staged.path, ...switchLines(`many-${at}`, now + at, 'release/1'));
  const shown = async (args: string[] = [], env: Record<string, string> = {}): Promise<string> => {
    await using terminal = open(ctx, staged, ['log', ...args], 80, env);
    expect(await terminal.end()).toBe(0);
    return screenOf(terminal).join('\n');
  };
  await repo.git('config', '--local', 'core.pager', "sed 's/^/LOCAL /'");
  expect(await shown([], { PAGER: "sed 's/^/PAGER /'" })).toMatch(/^PAGER TIME/);
  await repo.git(
    'config',
    '--global',
    'core.pager',
    "env | grep -c '^SCIM_HOOK_TOKEN=' | sed 's/^/TOKEN /'; exit",
  );
  expect(await shown([], { PAGER: 'false' })).toMatch(/^TOKEN 0$/m);
  expect(await shown([], { GIT_PAGER: "sed 's/^/GIT /'" })).toMatch(/^GIT TIME/);
  for (const [args, env] of [
    [['--no-pager'], {}],
    [[], { GIT_PAGER: 'cat' }],
    [[], { GIT_PAGER: 'no-such-pager' }],
    [[], { GIT_PAGER: 'no-such-pager --at all 2>/dev/null' }],
    [[], { GIT_PAGER: 'sed s/^/FEW/', LINES: '40' }],
  ] as const) {
    const few = 'LINES' in env ? ['-n', '3'] : args;
    expect(await shown([...few], env), JSON.stringify(env)).toMatch(/^TIME[\s\S]* lines/);
  }
  expect(await shown(['-n', '3'], { GIT_PAGER: "sed 's/^/GIT /'" })).toMatch(/^TIME/);
  // Somebody leaves the pager early.
  expect(await shown(['-n', '60'], { GIT_PAGER: 'head -n 1' })).toMatch(/^TIME/);
  expect(sandbox.workers()).toEqual([]);
});

test('-f shows the last lines and what comes, over rotations and cuts, until Ctrl-C', async () => {
  await using staged = await stage();
  const { repo, sandbox, log, path } = staged;
  const child = spawn(process.execPath, [sandbox.bin, 'log', '-f', '--ndjson=event,kind'], {
    cwd: repo.path,
    env: sandbox.env,
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const ended = once(child, 'close');
  const events = (): unknown[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: unknown }).event);
  const count = (event: string): number => events().filter((each) => each === event).length;
  await until('the last lines', () => events().length === 8);
  const now = Date.now();
  log.append(path, ...switchLines('after-1', now, 'release/1'));
  await until('what is added', () => count('after-1') === 4);
  const [whole = ''] = log.lines.slice(-1);
  appendFileSync(path, whole.slice(0, 50));
  renameSync(path, join(sandbox.state, 'audit', 'audit.000000000001.jsonl'));
  log.append(path, ...switchLines('after-2', now, 'release/1'));
  renameSync(path, join(sandbox.state, 'audit', 'audit.000000000022.jsonl'));
  log.append(path, ...switchLines('after-3', now, 'release/1'));
  await until('two rotations', () => count('after-3') === 4);
  expect(count('after-2')).toBe(4);
  truncateSync(path, 0);
  await until('that it is seen to be cut', async () => {
    log.append(path, ...switchLines('after-4', now, 'release/1').slice(0, 1));
    return count('after-4') > 0;
  });
  log.append(path, ...switchLines('elsewhere', now, 'release/1').map((line) => ({ ...line, repo: 'other' })));
  log.append(path, ...switchLines('after-5', now, 'release/1'));
  await until('what comes after a cut', () => count('after-5') === 4);
  expect(count('elsewhere')).toBe(0);
  expect(count('after-1')).toBe(4);
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
});

test('-f keeps to the terminal', async (ctx) => {
  await using staged = await stage();
  await using terminal = open(ctx, staged, ['log', '-f', '--since', '1h'], 60);
  const seen = await terminal.shows('= sync');
  staged.log.append(staged.path, ...switchLines('late', Date.now(), `release/${'long-'.repeat(20)}`));
  await terminal.shows('release/…', seen);
  await until('the closing line', () => /SEQ[\s\S]*= sync[\s\S]*= sync[\s\S]*= sync/.test(terminal.shown));
  for (const line of screenOf(terminal)) expect(stringWidth(line), line).toBeLessThanOrEqual(60);
  terminal.type('\u0003');
  expect(await terminal.end()).toBe(130);
});

const faultsBy = (name: string, { stdout }: Ran): unknown => {
  const file = join(inject('packageDirectory'), 'schemas', `${name}.schema.json`);
  const validate = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  return validate(JSON.parse(stdout)) ? null : validate.errors;
};

test('show tells the story of an event, by its beginning, a line, a lease or a request', async () => {
  await using staged = await stage();
  const { repo } = staged;
  const told = await repo.scimHook('log', 'show', '01975555', '--utc');
  expect(told).toMatchObject({ status: 0, stderr: '' });
  for (const text of [
    'switch from main to release/1',
    'alice@acme.example (id-alice)',
    'rule release, commit c0ffee, rules blob b10b, mode enforce',
    'lease-01975555-one for release/1, until ',
    '+ jit-release  ✓ applied, confirmed',
    'absent before, present after',
    'status 200, request request-01975555-one',
    '✓ applied, ',
    'after 90 ms',
    staged.log.lines[8]?.match(/"hash":"([^"]*)/)?.[1] ?? 'no hash',
  ])
    expect(told.stdout).toContain(text);
  const document = await repo.scimHook('log', 'show', '01975555', '--json');
  expect(faultsBy('log-show', document)).toBeNull();
  expect(JSON.parse(document.stdout)).toMatchObject({
    events: [
      {
        event: '01975555-one',
        closed: { outcome: 'applied', ms: 90 },
        changes: [{ before: 'absent', after: 'present' }],
        lines: [{ seq: 6 }, { seq: 7 }, { seq: 8 }, { seq: 9 }],
      },
    ],
  });
  for (const id of ['8', 'lease-01975555-one', 'request-01975555-one', '01975555-one'])
    expect((await repo.scimHook('log', 'show', id, '--json')).stdout, id).toBe(document.stdout);
  const start = await repo.scimHook('log', 'show', '1', '--json');
  expect(faultsBy('log-show', start)).toBeNull();
  expect(JSON.parse(start.stdout)).toMatchObject({ events: [{ event: null, kind: 'log-start' }] });
  const hostile = await repo.scimHook('log', 'show', '01976666');
  expect(hostile.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(hostile.stdout).toContain('✗ failed, confirmed: the directory could not be reached');
});

test('summary counts, measures and names who failed', async () => {
  await using staged = await stage();
  const { repo } = staged;
  const document = await repo.scimHook('log', 'summary', '--all-repos', '--json');
  expect(faultsBy('log-summary', document)).toBeNull();
  expect(JSON.parse(document.stdout)).toMatchObject({
    lines: 12,
    repo: null,
    kinds: { switch: 3, intent: 3, change: 3, sync: 3 },
    changes: { applied: 2, failed: 1 },
    events: { applied: 2, failed: 1 },
    latency: { count: 2, p50: 90, p95: 90, p99: 90, max: 90 },
    failures: { unreachable: 2 },
    people: [
      { subject: 'alice@acme.example', lines: 11, failures: 1 },
      { subject: 'bob@acme.example', lines: 1, failures: 1 },
    ],
  });
  const said = await repo.scimHook('log', '--since', '7d', 'summary');
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(said.stdout).toMatch(/^12 lines since .* of github\.com\/acme\/payments\n/);
  expect(said.stdout).toMatch(/switches +from checkout to confirmed: p50 90 ms/);
});
