import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_FILES, findConfigFile } from '../../src/adapters/config/find-config.ts';

const JSON_TEXT = '{ "version": 1, "rules": [] }\n';
const start = process.cwd();
let top = '';

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-find-')));
});
afterEach(async () => {
  process.chdir(start);
  await rm(top, { recursive: true, force: true });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(top, file)), { recursive: true });
  await writeFile(join(top, file), text);
}

describe('findConfigFile', () => {
  it.each(CONFIG_FILES)('finds %s, and pins it by its content', async (file) => {
    const text = file === 'package.json' ? `{ "scimsync": ${JSON_TEXT} }` : JSON_TEXT;
    await put(file, text);
    const found = await findConfigFile(top);
    expect(found).toMatchObject({ state: 'found', commit: null, file, text });
    await put(file, `${text}\n`);
    const edited = await findConfigFile(top);
    expect(found.state === 'found' && edited.state === 'found' && found.blob === edited.blob).toBe(false);
  });

  it('takes the SHA-256 of the bytes, as sha256sum does', async () => {
    await put('.scimsyncrc', 'abc');
    expect(await findConfigFile(top)).toMatchObject({
      blob: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('takes the first of several, in the order of the contract', async () => {
    expect(CONFIG_FILES).toEqual([
      '.scimsyncrc',
      '.scimsyncrc.json',
      '.scimsyncrc.yaml',
      '.scimsyncrc.yml',
      'package.json',
    ]);
    for (const file of CONFIG_FILES.toReversed()) {
      await put(file, file === 'package.json' ? '{ "scimsync": {} }' : JSON_TEXT);
      expect(await findConfigFile(top)).toMatchObject({ file });
    }
  });

  it.each(['{ "name": "x" }', '[]', 'null', '{', ''])(
    'passes over a package.json that is %j',
    async (text) => {
      await put('package.json', text);
      expect(await findConfigFile(top)).toEqual({ state: 'file-gone', commit: null });
    },
  );

  it('finds a file that can’t be read as one: saying what is wrong with it comes later', async () => {
    await put('.scimsyncrc', '{ broken');
    expect(await findConfigFile(top)).toMatchObject({ state: 'found', text: '{ broken' });
  });

  it('looks only at the top: not below, and not above', async () => {
    await put('.scimsyncrc', JSON_TEXT);
    await mkdir(join(top, 'below', '.config'), { recursive: true });
    expect(await findConfigFile(join(top, 'below'))).toEqual({ state: 'file-gone', commit: null });
    await rm(join(top, '.scimsyncrc'));
    await put('.config/scimsyncrc', JSON_TEXT);
    await put('.config/scimsyncrc.json', JSON_TEXT);
    expect(await findConfigFile(top)).toEqual({ state: 'file-gone', commit: null });
  });
});

describe('a script is never run, wherever it lies', () => {
  const script = (): string => `require('node:fs').writeFileSync(${JSON.stringify(join(top, 'ran'))}, '');`;
  const meta = JSON.stringify({ cosmiconfig: { searchPlaces: ['evil.cjs', '.config/evil.cjs'] } });
  /** What was loaded without being waited for has had its turn then. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 200; turn++) await setImmediate();
  };

  it.each([
    [
      'as the config',
      { '.scimsyncrc.js': '', '.scimsyncrc.cjs': '', 'scimsync.config.js': '', '.scimsyncrc.ts': '' },
    ],
    ['as cosmiconfig’s own config', { '.config/config.cjs': '' }],
    ['as cosmiconfig’s own config, in another spelling', { '.config/config.js': '' }],
    [
      'named by cosmiconfig’s own config',
      { '.config/config.json': meta, '.config/evil.cjs': '', 'evil.cjs': '' },
    ],
    ['named by package.json', { 'package.json': meta, 'evil.cjs': '', '.config/evil.cjs': '' }],
  ])('%s', async (_, files) => {
    for (const [file, text] of Object.entries(files)) await put(file, text === '' ? script() : text);
    // A command is typed in the very worktree.
    process.chdir(top);
    const found = await findConfigFile(top).catch(() => null);
    await settle();
    expect(existsSync(join(top, 'ran'))).toBe(false);
    expect(found).toEqual({ state: 'file-gone', commit: null });
  });
});
