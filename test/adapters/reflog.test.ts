// HEAD's reflog as git really writes it: read bit by bit, rewritten, gone, torn, huge, and in the reftable format.
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  lutimes,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitEnvironment } from '../../src/adapters/git/environment.ts';
import { parseTable, tailOfTable } from '../../src/adapters/git/reflog.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import type { ReflogCursor, ReflogTail, Repository } from '../../src/flow/ports.ts';

let root = '';
let top = '';
let own: Record<string, string> = {};

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-reflog-')));
  top = join(root, 'repo');
  const who = { NAME: 'Zoë\tZ', EMAIL: 'z@x.example' };
  own = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const gitIn = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: own, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const git = (...args: string[]): string => gitIn(top, ...args);

async function begin(...init: string[]): Promise<void> {
  await mkdir(top);
  git('init', '-q', '-b', 'main', ...init);
  git('commit', '-q', '--allow-empty', '-m', 'one');
  git('branch', 'a');
  git('branch', 'ü');
}
const gitDir = (): string => join(top, '.git');
const log = (): string => join(gitDir(), 'logs', 'HEAD');
const open = (): Repository =>
  openRepository({
    commonDir: gitDir(),
    env: gitEnvironment(own),
    files: [],
    readWorktreeFile: () => Promise.reject(new Error('not asked for')),
  });
const read = (
  cursor: ReflogCursor | null,
  { whole = false, dir = gitDir() } = {},
): Promise<ReflogTail | null> => open().reflog(dir, cursor, whole);
const short = (tail: ReflogTail | null): string[] | undefined =>
  tail?.moves.map(({ kind, from, to }) => `${kind} ${from}→${to}`);
const cursorNow = async (): Promise<ReflogCursor> => (await read(null))?.cursor ?? { offset: -1, line: '' };
/** What came since, and that nothing more comes after it. */
async function since(cursor: ReflogCursor): Promise<string[] | undefined> {
  const tail = await read(cursor);
  expect(short(await read(tail?.cursor ?? null))).toEqual([]);
  return short(tail);
}
const there = (branch: string): string => git('checkout', '-q', branch);

describe.each([['--object-format=sha1'], ['--object-format=sha256']])('a reflog (%s)', (format) => {
  beforeEach(() => begin(format));

  it('tells what was appended between reads, and nothing of what was before', async () => {
    there('a');
    const first = await read(null);
    expect(short(first)).toEqual([]);
    there('ü');
    git('commit', '-q', '--allow-empty', '-m', `${'é'.repeat(5_000)} checkout: moving from x to y`);
    there('main');
    const second = await read(first?.cursor ?? null);
    expect(short(second)).toEqual(['checkout a→ü', 'checkout ü→main']);
    git('branch', '-m', 'main', 'trunk');
    git('commit', '-q', '--allow-empty', '-m', 'é'.repeat(5_000));
    const third = await read(second?.cursor ?? null);
    // Git writes it twice.
    expect(new Set(short(third))).toEqual(new Set(['rename main→trunk']));
    there('a');
    expect(await since(third?.cursor ?? { offset: 0, line: '' })).toEqual(['checkout trunk→a']);
    expect(short(await read(null, { whole: true }))).toHaveLength(6);
  });
});

describe('a reflog', () => {
  beforeEach(() => begin());

  it('tells each of several moves of one second that read the same', async () => {
    for (const branch of ['a', 'main', 'a', 'main']) there(branch);
    const cursor = await cursorNow();
    for (const branch of ['a', 'main', 'a', 'main']) there(branch);
    expect(await since(cursor)).toHaveLength(4);
  });

  it('keeps a line that is still being written for the next time', async () => {
    const cursor = await cursorNow();
    there('ü');
    const whole = await readFile(log());
    // In the middle of a character, too.
    for (const cut of [1, 2, 20]) {
      await writeFile(log(), whole.subarray(0, whole.length - cut));
      const torn = await read(cursor);
      expect(short(torn)).toEqual([]);
      await writeFile(log(), whole);
      expect(await since(torn?.cursor ?? cursor)).toEqual(['checkout main→ü']);
    }
  });

  it('goes on after it was expired, by all and by some', async () => {
    there('a');
    const cursor = await cursorNow();
    there('main');
    git('reflog', 'expire', '--expire=now', '--all');
    expect(await since(cursor)).toEqual([]);
    there('ü');
    expect(await since(cursor)).toEqual(['checkout main→ü']);
    const after = await cursorNow();
    there('a');
    const [, ...kept] = (await readFile(log(), 'utf8')).split('\n');
    await writeFile(log(), kept.join('\n'));
    expect(await since(after)).toEqual(['checkout ü→a']);
  });

  it('of which the newest known line was deleted tells what is newer', async () => {
    const old = `${'0'.repeat(40)} ${'1'.repeat(40)} A <a> 1000000000 +0000\tcheckout: moving from x to y\n`;
    await writeFile(log(), old);
    await appendFile(log(), old.replace('1000000000', '1000000009').replace('to y', 'to z'));
    const cursor = await cursorNow();
    await writeFile(log(), old);
    there('a');
    expect(await since(cursor)).toEqual(['checkout main→a']);
  });

  it('that is deleted has nothing to tell, and begins anew', async () => {
    const cursor = await cursorNow();
    await rm(log());
    there('a');
    expect(await since(cursor)).toEqual(['checkout main→a']);
    await rm(log());
    const none = await read(cursor);
    expect(none).toEqual({ moves: [], cursor: { offset: 0, line: '' } });
    there('main');
    expect(await since(none?.cursor ?? cursor)).toEqual(['checkout a→main']);
  });

  it('that is off has nothing to tell, until it is on', async () => {
    git('config', 'core.logAllRefUpdates', 'false');
    await rm(log());
    const cursor = await cursorNow();
    there('a');
    expect(await since(cursor)).toEqual([]);
    git('config', '--unset', 'core.logAllRefUpdates');
    there('main');
    expect(await since(cursor)).toEqual(['checkout a→main']);
  });

  it('that can’t be read says so, and holds nobody up', async () => {
    await rm(log());
    await mkdir(log());
    expect(await read(null)).toBeNull();
    await rm(log(), { recursive: true });
    execFileSync('mkfifo', [log()]);
    expect(await read(null)).toBeNull();
  });

  it('of many megabytes is read from its end', async () => {
    const cursor = await cursorNow();
    there('a');
    const line = `${'1'.repeat(40)} ${'2'.repeat(40)} A <a> 1700000000 +0000\tcommit: ${'é'.repeat(400)}\n`;
    const bytes = Buffer.from(line.repeat(Math.ceil((6 * 1024 * 1024) / line.length)));
    await appendFile(log(), bytes);
    const before = await cursorNow();
    there('main');
    expect(await since(cursor)).toEqual(['checkout a→main']);
    expect(await since(before)).toEqual(['checkout a→main']);
    expect((await read(cursor))?.cursor.line.length).toBeLessThanOrEqual(400);
    const endless = `${line.slice(0, -1)}${'x'.repeat(5 * 1024 * 1024)}\n`;
    await appendFile(log(), endless);
    const after = await cursorNow();
    there('ü');
    expect(await since(after)).toEqual(['checkout main→ü']);
  });

  it('is each worktree’s own', async () => {
    git('worktree', 'add', '-q', '-b', 'side', join(root, 'side'));
    const dir = join(gitDir(), 'worktrees', 'side');
    const main = await cursorNow();
    const side = (await read(null, { dir }))?.cursor ?? null;
    gitIn(join(root, 'side'), 'checkout', '-q', 'a');
    expect(await since(main)).toEqual([]);
    expect(short(await read(side, { dir }))).toEqual(['checkout side→a']);
    git('worktree', 'move', join(root, 'side'), join(root, 'moved'));
    expect(short(await read(side, { dir }))).toEqual(['checkout side→a']);
    git('branch', '-m', 'a', 'b');
    expect(short(await read(side, { dir }))).toEqual(['checkout side→a', 'rename a→b']);
  });

  it('of the branches tells of renames, not of copies', async () => {
    git('branch', '-m', 'a', 'b');
    git('branch', '-c', 'b', 'copy');
    git('branch', '-m', 'b', 'c');
    git('branch', '-m', 'main', 'trunk');
    const pairs = new Set((await open().renames()).map(({ from, to }) => `${from}→${to}`));
    expect(pairs).toEqual(new Set(['a→b', 'b→c', 'main→trunk']));
  });
});

describe('when HEAD moved', () => {
  const LONG_AGO = 1_000_000;
  const movedAt = (dir = gitDir()): Promise<number | null> => open().movedAt(dir);

  it.each([['false'], ['true']])(
    'is the last checkout, whatever it says of its time (symbolic links: %s)',
    async (links) => {
      await begin();
      git('config', 'core.preferSymlinkRefs', links);
      own['GIT_COMMITTER_DATE'] = '2001-01-01T00:00:00Z';
      there('a');
      await lutimes(join(gitDir(), 'HEAD'), LONG_AGO, LONG_AGO);
      git('commit', '-q', '--allow-empty', '-m', 'two');
      expect(await movedAt()).toBe(LONG_AGO * 1000);
      there('ü');
      expect(Math.abs(((await movedAt()) ?? 0) - Date.now())).toBeLessThan(60_000);
    },
  );

  it('is when a ref was written last in the reftable format; and nobody knows where nothing is', async () => {
    await begin();
    await mkdir(join(gitDir(), 'reftable'));
    await writeFile(join(gitDir(), 'reftable', 'tables.list'), '');
    await utimes(join(gitDir(), 'reftable', 'tables.list'), LONG_AGO, LONG_AGO);
    await utimes(join(gitDir(), 'HEAD'), 1, 1);
    expect(await movedAt()).toBe(LONG_AGO * 1000);
    expect(await movedAt(join(gitDir(), 'worktrees', 'gone'))).toBeNull();
  });
});

describe('a reflog in the reftable format, as recorded of git 2.55', () => {
  /** The git of this machine can't write it, so one in front of it answers as the newer one did. */
  async function newerGit(): Promise<void> {
    await begin();
    await mkdir(join(gitDir(), 'reftable'));
    await rm(join(gitDir(), 'logs'), { recursive: true });
    const programs = join(root, 'programs');
    await mkdir(programs);
    const script = `#!/bin/sh
case $* in
  *'reflog show'*HEAD) [ ! -e '${root}/broken' ] && cat '${root}/head' ;;
  *--walk-reflogs*) cat '${root}/branches' ;;
  *) PATH='${own['PATH']}' exec git "$@" ;;
esac
`;
    await writeFile(join(programs, 'git'), script);
    await chmod(join(programs, 'git'), 0o755);
    own['PATH'] = `${programs}:${own['PATH']}`;
  }
  const line = (message: string, seconds = 1_764_000_000): string =>
    `${'1'.repeat(40)} HEAD@{${seconds}} ${message}\n`;
  const away = line('checkout: moving from main to a');
  const back = line('checkout: moving from a to main');
  const first = line('commit (initial): one');

  it('tells what came since, newest last, each once', async () => {
    await newerGit();
    await writeFile(join(root, 'head'), back + away + first);
    const cursor = await cursorNow();
    expect(await since(cursor)).toEqual([]);
    // All within one second, word for word the same.
    await writeFile(join(root, 'head'), back + away + back + away + first);
    expect(await since(cursor)).toEqual(['checkout main→a', 'checkout a→main']);
    expect(short(await read(null, { whole: true }))).toHaveLength(4);
  });

  it('goes on after it was expired, and after git failed', async () => {
    await newerGit();
    await writeFile(join(root, 'head'), back + away + first);
    const cursor = await cursorNow();
    await writeFile(join(root, 'broken'), '');
    expect(await read(cursor)).toBeNull();
    await rm(join(root, 'broken'));
    await writeFile(join(root, 'head'), line('checkout: moving from main to ü') + back);
    expect(await since(cursor)).toEqual(['checkout main→ü']);
    await writeFile(join(root, 'head'), line('checkout: moving from main to ü', 1_764_000_009));
    expect(await since(cursor)).toEqual(['checkout main→ü']);
    await writeFile(join(root, 'head'), '');
    expect(await since(cursor)).toEqual([]);
  });

  it('of the branches tells of renames', async () => {
    await newerGit();
    await writeFile(join(root, 'branches'), 'b@{1764000000} Branch: renamed refs/heads/a to refs/heads/b\n');
    expect(await open().renames()).toEqual([{ from: 'a', to: 'b', at: 1_764_000_000_000 }]);
  });

  it('has the id before each move from the line below', () => {
    const text = `${'2'.repeat(64)} HEAD@{20} checkout: moving from a to b\n${'1'.repeat(64)} HEAD@{10} x\nnoise\n`;
    const lines = parseTable(text);
    expect(lines).toMatchObject([
      { old: '1'.repeat(64), new: '2'.repeat(64), at: 20_000 },
      { old: '0'.repeat(64), new: '1'.repeat(64), at: 10_000 },
    ]);
    expect(tailOfTable(lines, { offset: 0, line: '' }).moves).toHaveLength(1);
  });
});

it('the renames of all branches come in one go, as this git’s own walk over reflogs gives them', async () => {
  await begin();
  git('branch', '-m', 'a', 'b');
  git('branch', '-m', 'ü', 'main-2');
  const format = ['--date=unix', '--format=%gd %gs'];
  const walked = git('log', '--walk-reflogs', '--branches', '--grep-reflog=^Branch: renamed ', ...format);
  // Git's order is that of the seconds they were made in, which may be one or two.
  const renames = walked.split('\n').filter((each) => each !== '');
  expect(renames.sort()).toEqual([
    expect.stringMatching(/^b@\{\d+\} Branch: renamed refs\/heads\/a to refs\/heads\/b$/),
    expect.stringMatching(/^main-2@\{\d+\} Branch: renamed refs\/heads\/ü to refs\/heads\/main-2$/),
  ]);
});
