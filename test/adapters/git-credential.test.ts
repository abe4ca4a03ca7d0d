// The token through git's credential helpers, real ones and small scripts; and the environment children get.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findToken } from '../../src/adapters/git/credential.ts';
import { gitEnvironment, personalEnvironment } from '../../src/adapters/git/environment.ts';

const ENDPOINT = 'https://idp.example.com:8443/scim/v2';
const NOW = Date.parse('2026-11-23T18:00:00Z');
let root = '';
let own: Record<string, string> = {};

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-credential-')));
  own = { PATH: process.env['PATH'] ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const config = (key: string, value: string): void => {
  execFileSync('git', ['config', '--global', '--add', key, value], { env: own });
};
const find = (more: { token?: string; pinned?: boolean; endpoint?: string } = {}): Promise<string | null> =>
  findToken(
    { directory: root, env: gitEnvironment(own), token: more.token, now: () => NOW },
    more.endpoint ?? ENDPOINT,
    { pinned: more.pinned ?? true, renew: false },
  );
/** A helper that answers `get` with these lines, and notes what it was asked. */
async function helper(...lines: string[]): Promise<void> {
  const script = join(root, 'helper');
  const body = `#!/bin/sh\n[ "$1" = get ] || exit 0\ncat >>${join(root, 'asked')}\nprintf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\n`;
  await writeFile(script, body, { mode: 0o755 });
  config('credential.helper', `!${script}`);
}

describe('findToken', () => {
  it('takes the environment’s token for the pinned endpoint, and for no other', async () => {
    expect(await find({ token: 'from-env' })).toBe('from-env');
    expect(await find({ token: 'from-env', pinned: false })).toBeNull();
    expect(await find({ token: '' })).toBeNull();
  });

  it('takes what `git credential approve` stored, for that host and port alone', async () => {
    config('credential.helper', 'store');
    execFileSync('git', ['credential', 'approve'], {
      env: own,
      cwd: root,
      input: `url=${ENDPOINT}\nusername=scim\npassword=stored+/=~\n\n`,
    });
    expect(await find()).toBe('stored+/=~');
    expect(await find({ pinned: false })).toBe('stored+/=~');
    expect(await find({ endpoint: 'https://idp.example.com/scim/v2' })).toBeNull();
    expect(await find({ endpoint: 'http://idp.example.com:8443/scim/v2' })).toBeNull();
  });

  it('asks the helper for the endpoint, and for nothing else', async () => {
    await helper('username=scim', 'password=of-helper');
    expect(await find()).toBe('of-helper');
    const asked = await readFile(join(root, 'asked'), 'utf8');
    expect(asked).toMatch(/^protocol=https$/m);
    expect(asked).toMatch(/^host=idp\.example\.com:8443$/m);
  });

  it('takes none that ran out, where git passes that on', async () => {
    const knows = /git version (?:2\.(?:4\d|[5-9]\d)|[3-9])/.test(
      execFileSync('git', ['--version'], { encoding: 'utf8' }),
    );
    await helper('username=scim', 'password=old', `password_expiry_utc=${NOW / 1000}`);
    expect(await find()).toBe(knows ? null : 'old');
  });

  it.each([
    ['ran out', NOW / 1000, null],
    ['lasts', NOW / 1000 + 60, 'short-lived'],
  ])('a token that %s', async (_, expiry, expected) => {
    // A git that says the expiry, whatever version is installed.
    const git = `#!/bin/sh\nprintf 'protocol=https\\nusername=scim\\npassword=short-lived\\npassword_expiry_utc=${expiry}\\n'\n`;
    await writeFile(join(root, 'git'), git, { mode: 0o755 });
    own = { ...own, PATH: `${root}:${own['PATH']}` };
    expect(await find()).toBe(expected);
  });

  it('never asks a person, whatever they set', async () => {
    const asker = join(root, 'asker');
    await writeFile(asker, `#!/bin/sh\ntouch ${join(root, 'was-asked')}\necho secret\n`, { mode: 0o755 });
    config('core.askPass', asker);
    own = { ...own, GIT_ASKPASS: asker, SSH_ASKPASS: asker, DISPLAY: ':0', GIT_TERMINAL_PROMPT: '1' };
    expect(await find()).toBeNull();
    expect(existsSync(join(root, 'was-asked'))).toBe(false);
  });

  it('finds none where the helper fails, says half, or git is missing', async () => {
    config('credential.helper', '!false');
    expect(await find()).toBeNull();
    await helper('username=scim');
    expect(await find()).toBeNull();
    own = { ...own, PATH: '/nowhere' };
    expect(await find()).toBeNull();
  });

  it('never shows the environment’s token to a helper', async () => {
    own = { ...own, SCIM_HOOK_TOKEN: 'very-secret' };
    const script = join(root, 'spy');
    await writeFile(script, `#!/bin/sh\nenv >${join(root, 'seen')}\ncat >/dev/null\n`, { mode: 0o755 });
    config('credential.helper', `!${script}`);
    await find({ pinned: false, token: 'very-secret' });
    const seen = await readFile(join(root, 'seen'), 'utf8');
    expect(seen).toContain('HOME=');
    expect(seen).not.toContain('very-secret');
  });
});

describe('the environment of our git calls', () => {
  const around = {
    PATH: '/bin',
    HOME: '/home/alice',
    HTTPS_PROXY: 'http://proxy.example',
    GIT_DIR: '/x',
    GIT_WORK_TREE: '/x',
    GIT_INDEX_FILE: '/x',
    GIT_COMMON_DIR: '/x',
    GIT_OBJECT_DIRECTORY: '/x',
    GIT_NAMESPACE: 'x',
    GIT_CONFIG: '/x',
    GIT_CONFIG_PARAMETERS: 'x',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'x',
    GIT_CONFIG_GLOBAL: '/home/alice/git',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_EXEC_PATH: '/lib/git',
    GIT_SSL_CAINFO: '/etc/company.pem',
    GIT_SSL_NO_VERIFY: '1',
    GIT_PAGER: 'less',
    GIT_TRACE: '1',
    NODE_OPTIONS: '--require evil',
    EDITOR: 'vi',
    SCIM_HOOK_TOKEN: 'secret',
    SCIM_HOOK_HOME: '/state',
    UNSET: undefined,
  };

  it('keeps what the person chose, drops what a git around us set, and wakes no hook of ours', () => {
    expect(gitEnvironment(around)).toEqual({
      PATH: '/bin',
      HOME: '/home/alice',
      HTTPS_PROXY: 'http://proxy.example',
      GIT_CONFIG_GLOBAL: '/home/alice/git',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_EXEC_PATH: '/lib/git',
      GIT_SSL_CAINFO: '/etc/company.pem',
      SCIM_HOOK: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    });
  });

  it('is the person’s own, token and all, for the hook that install runs', () => {
    expect(personalEnvironment(around)).toEqual({
      PATH: '/bin',
      HOME: '/home/alice',
      HTTPS_PROXY: 'http://proxy.example',
      GIT_CONFIG_GLOBAL: '/home/alice/git',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_EXEC_PATH: '/lib/git',
      GIT_SSL_CAINFO: '/etc/company.pem',
      NODE_OPTIONS: '--require evil',
      EDITOR: 'vi',
      SCIM_HOOK_TOKEN: 'secret',
      SCIM_HOOK_HOME: '/state',
    });
  });
});
