// What doctor looks with, over real files, real git and real programs: it sees what is there, and leaves it as it was.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLookout } from '../../src/adapters/disk/lookout.ts';
import { gitEnvironment } from '../../src/adapters/git/environment.ts';
import { filledFacts, openGitLookout } from '../../src/adapters/git/lookout.ts';

const ENDPOINT = 'https://idp.example.com:8443/scim/v2';
let root = '';
let env: Record<string, string> = {};

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-lookout-')));
  env = { PATH: process.env['PATH'] ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const look = () => openLookout({ env, place: join(root, 'worker.cjs'), bundle: join(root, 'bundle.cjs') });
const git = (whole: Record<string, string> = {}) =>
  openGitLookout({ directory: root, env: gitEnvironment(env), whole: { ...env, ...whole } });
const run = (...args: string[]): string => execFileSync('git', args, { cwd: root, env, encoding: 'utf8' });

describe('files', () => {
  it('are told apart, with owner, mode, room and rights', async () => {
    await mkdir(join(root, 'd'), { mode: 0o750 });
    await writeFile(join(root, 'f'), 'x', { mode: 0o640 });
    execFileSync('mkfifo', [join(root, 'p')]);
    expect(await look().path(join(root, 'd'))).toMatchObject({
      kind: 'directory',
      mine: true,
      mode: 0o750,
      writable: true,
    });
    expect(await look().path(join(root, 'f'))).toMatchObject({ kind: 'file', mode: 0o640, readable: true });
    expect(await look().path(join(root, 'p'))).toMatchObject({ kind: 'other' });
    expect(await look().path(join(root, 'no', 'where'))).toMatchObject({ kind: 'absent', writable: true });
    expect((await look().path(root)).free).toBeGreaterThan(0);
    expect(await look().path(join(root, 'f', 'below'))).toMatchObject({ kind: 'absent' });
  });

  it('that would hold a reader for ever, or are no text, read as nothing', async () => {
    execFileSync('mkfifo', [join(root, 'p')]);
    expect(await look().head(join(root, 'p'))).toBeNull();
    expect(await look().head(root)).toBeNull();
    expect(await look().tail(root, 3)).toBeNull();
    await writeFile(join(root, 'f'), 'a\nb\nc\n');
    expect(await look().head(join(root, 'f'))).toBe('a\nb\nc\n');
    expect(await look().tail(join(root, 'f'), 2)).toEqual(['c', 'b']);
    expect(await look().tail(join(root, 'none'), 2)).toEqual([]);
  });

  it.each([
    ['{"version":1,"leases":[],"holdings":[]}', { is: 'whole' }],
    ['{"version":1,"leases":[]}', { is: 'garbage' }],
    ['{"version":2}', { is: 'newer', version: 2 }],
    ['nonsense', { is: 'garbage' }],
  ])('of ours stay where they are, whatever is in them: %s', async (text, expected) => {
    await writeFile(join(root, 'ledger.json'), text);
    expect(await look().stored(join(root, 'ledger.json'), 'ledger')).toEqual(expected);
    expect(await readdir(root)).toEqual(['ledger.json']);
    expect(await readFile(join(root, 'ledger.json'), 'utf8')).toBe(text);
    expect(await look().stored(join(root, 'none'), 'ledger')).toEqual({ is: 'absent' });
    expect(await look().stored(root, 'ledger')).toMatchObject({ is: 'closed' });
  });

  it('that are workers name their version', async () => {
    expect(await look().bundle()).toMatchObject({ version: null });
    await writeFile(join(root, 'worker.cjs'), '// scim-hook worker 1.2.3\n');
    expect(await look().bundle()).toMatchObject({ version: '1.2.3', sameBytes: false });
    await writeFile(join(root, 'bundle.cjs'), '// scim-hook worker 1.2.3\n');
    expect(await look().bundle()).toMatchObject({ sameBytes: true });
  });
});

describe('programs', () => {
  it('are found by path or name, and asked for their version', async () => {
    expect(await look().program(process.execPath)).toEqual({
      path: process.execPath,
      version: process.version,
    });
    expect(await look().program(join(root, 'gone'))).toEqual({ path: null, version: null });
    await writeFile(join(root, 'broken'), '#!/bin/sh\nexit 1\n');
    await chmod(join(root, 'broken'), 0o755);
    expect(await look().program(join(root, 'broken'))).toEqual({ path: join(root, 'broken'), version: null });
  });
  it('get neither the token nor what is meant for other programs', async () => {
    await writeFile(join(root, 'tell'), '#!/bin/sh\necho "v1.0$SCIM_HOOK_TOKEN$NODE_OPTIONS"\n');
    await chmod(join(root, 'tell'), 0o755);
    Object.assign(env, { SCIM_HOOK_TOKEN: '9', NODE_OPTIONS: '9' });
    expect(await look().program(join(root, 'tell'))).toMatchObject({ version: 'v1.0' });
  });
});

describe('git', () => {
  it('lists what it would read, each entry with its place', async () => {
    run('init', '-q');
    await writeFile(join(root, 'extra'), '[scim-hook]\n\tendpoint = https://evil.example.com\n\tflag\n');
    run('config', 'include.path', join(root, 'extra'));
    run('config', 'scim-hook.mode', 'audit');
    const listed =
      (await git({
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'scim-hook.mode',
        GIT_CONFIG_VALUE_0: 'off',
      }).everywhere()) ?? [];
    const ours = listed.filter(({ key }) => key.startsWith('scim-hook.'));
    expect(ours).toEqual([
      {
        scope: 'local',
        origin: `file:${join(root, 'extra')}`,
        key: 'scim-hook.endpoint',
        value: 'https://evil.example.com',
      },
      { scope: 'local', origin: `file:${join(root, 'extra')}`, key: 'scim-hook.flag', value: 'true' },
      { scope: 'local', origin: 'file:.git/config', key: 'scim-hook.mode', value: 'audit' },
      { scope: 'command', origin: 'command line:', key: 'scim-hook.mode', value: 'off' },
    ]);
    expect(await git().version()).toMatch(/^git version \d/);
  });

  it('that is not there says nothing', async () => {
    env['PATH'] = root;
    expect(await git().version()).toBeNull();
    expect(await git().everywhere()).toBeNull();
    expect(await git().token(ENDPOINT)).toEqual({
      from: null,
      sendable: false,
      expires: null,
      helper: false,
      late: false,
    });
  });

  it('is asked for the token, which is described and never quoted', async () => {
    expect(await git().token(ENDPOINT)).toMatchObject({ from: null, helper: false, late: false });
    expect(await git({ SCIM_HOOK_TOKEN: 'a b' }).token(ENDPOINT)).toEqual({
      from: 'environment',
      sendable: false,
      expires: null,
      helper: false,
      late: false,
    });
    run('config', '--global', 'credential.helper', '!f() { echo username=scim; echo password=secret; }; f');
    expect(await git().token(ENDPOINT)).toEqual({
      from: 'helper',
      sendable: true,
      expires: null,
      helper: true,
      late: false,
    });
    expect(await git({ SCIM_HOOK_TOKEN: 'x' }).token(ENDPOINT)).toMatchObject({
      from: 'environment',
      sendable: true,
      helper: true,
    });
  });

  it('does not wait for a helper that waits for somebody', async () => {
    run('config', '--global', 'credential.helper', '!f() { sleep 14; }; f');
    expect(await git().token(ENDPOINT)).toMatchObject({ from: null, late: true });
  });

  it('from 2.41 on says when a token ends', () => {
    expect(filledFacts('username=scim\npassword=secret\npassword_expiry_utc=1700000000\n')).toEqual({
      from: 'helper',
      sendable: true,
      expires: 1_700_000_000_000,
    });
    expect(filledFacts('password=two words\n')).toEqual({ from: 'helper', sendable: false, expires: null });
    expect(filledFacts('username=scim\n')).toMatchObject({ from: null });
    expect(filledFacts(null)).toMatchObject({ from: null });
  });
});
