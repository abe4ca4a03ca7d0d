// Where the embedded directory keeps itself: over restarts, crashes, broken files and full disks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { serveDirectory } from '../../src/directory/serve.ts';
import { client, groupSchema, people, scratch, started, token, userSchema } from './directory-rig.ts';

const start = (file: string) => serveDirectory({ port: 0, file, token, seed: people });

describe('a file', () => {
  test('holds everything over a restart, and the seed is not planted twice', async () => {
    using place = scratch();
    const before = await (async () => {
      await using directory = await started({ file: place.file });
      const alice = await directory.user('alice@acme.example');
      const roles = [{ value: 'deployer', type: 'jit' }];
      await directory.patch(`/Users/${alice.id}`, [{ op: 'add', path: 'roles', value: roles }]);
      const jit = await directory.group('jit-release');
      await directory.ask('DELETE', `/Groups/${jit.id}`);
      return (await directory.ask('GET', `/Users/${alice.id}`)).body;
    })();
    await using directory = await started({ file: place.file });
    const after = (await directory.ask('GET', `/Users/${before.id}`)).body;
    expect({ ...after, meta: { ...after.meta, location: '' } }).toEqual({
      ...before,
      meta: { ...before.meta, location: '' },
    });
    expect(directory.snapshot().groups.map(({ displayName }) => displayName)).toEqual(['release-team']);
  });

  test('is there from the start, for its owner only, with nothing beside it', async () => {
    using place = scratch();
    await using directory = await started({ file: place.file });
    expect(JSON.parse(readFileSync(place.file, 'utf8'))).toMatchObject({ version: 1 });
    await directory.ask('POST', '/Users', { schemas: [userSchema], userName: 'dave' });
    expect(readdirSync(place.folder)).toEqual(['directory.json']);
    if (process.platform !== 'win32') expect(statSync(place.file).mode & 0o777).toBe(0o600);
  });

  test('is left alone by what changes nothing', async () => {
    using place = scratch();
    await using directory = await started({ file: place.file });
    const { ino } = statSync(place.file);
    const jit = await directory.group('jit-release');
    await directory.patch(`/Groups/${jit.id}`, [{ op: 'add', path: 'members', value: jit.members }]);
    expect(statSync(place.file).ino).toBe(ino);
  });

  test('that can no longer be written stops the change, not the directory', async () => {
    using place = scratch();
    await using directory = await started({ file: place.file });
    const before = directory.snapshot();
    rmSync(place.folder, { recursive: true });
    const reply = await directory.ask('POST', '/Groups', { schemas: [groupSchema], displayName: 'x' });
    expect(reply.status).toBe(500);
    expect(reply.body.status).toBe('500');
    expect(directory.snapshot()).toEqual(before);
    expect((await directory.ask('GET', '/Groups')).body.totalResults).toBe(2);
  });

  test('in a place that does not exist is a failure', async () => {
    using place = scratch();
    const file = join(place.folder, 'nowhere', 'directory.json');
    expect(await start(file)).toMatchObject({ ok: false, failure: { code: 'disk', path: file } });
    expect(await start(place.folder)).toMatchObject({ ok: false, failure: { code: 'disk' } });
  });

  test('is not written by a start that finds its port taken', async () => {
    using place = scratch();
    await using directory = await started();
    const { port } = directory;
    const served = await serveDirectory({ port, file: place.file, token, seed: people });
    expect(served).toMatchObject({ ok: false, failure: { code: 'port-in-use' } });
    expect(readdirSync(place.folder)).toEqual([]);
  });
});

describe('a file that is not ours to write', () => {
  const stamp = { created: '2026-01-01T00:00:00Z', lastModified: '2026-01-01T00:00:00Z', version: 1 };
  const user = { id: 'u', stamp, attributes: { userName: 'u' } };
  const group = { id: 'g', stamp, displayName: 'g', externalId: null, members: ['u'] };

  test('the pieces below make a good one', async () => {
    using place = scratch();
    writeFileSync(place.file, JSON.stringify({ version: 1, users: [user], groups: [group] }));
    await using directory = await started({ file: place.file });
    expect(directory.snapshot().groups).toMatchObject([{ displayName: 'g', members: ['u'] }]);
  });

  test.each([
    ['nothing in it', ''],
    ['half of one', '{"version": 1, "users": [{"id"'],
    ['a list', '[]'],
    ['no version', '{"users": [], "groups": []}'],
    ['a version in words', '{"version": "1", "users": [], "groups": []}'],
    ['no users', '{"version": 1, "groups": []}'],
    [
      'a user without a name',
      JSON.stringify({ version: 1, users: [{ ...user, attributes: {} }], groups: [] }),
    ],
    [
      'a group without members',
      JSON.stringify({ version: 1, users: [], groups: [{ ...group, members: null }] }),
    ],
    ['a member who is nobody', JSON.stringify({ version: 1, users: [], groups: [group] })],
    ['one id twice', JSON.stringify({ version: 1, users: [user, user], groups: [] })],
  ])('%s: refused and left as it is', async (_what, text) => {
    using place = scratch();
    writeFileSync(place.file, text);
    expect(await start(place.file)).toEqual({
      ok: false,
      failure: { code: 'corrupt-file', path: place.file, problem: expect.any(String) },
    });
    expect(readFileSync(place.file, 'utf8')).toBe(text);
  });

  test('a newer version: refused and left as it is', async () => {
    using place = scratch();
    const text = '{"version": 2, "people": []}';
    writeFileSync(place.file, text);
    expect(await start(place.file)).toEqual({
      ok: false,
      failure: { code: 'newer-file', path: place.file, version: 2 },
    });
    expect(readFileSync(place.file, 'utf8')).toBe(text);
  });
});

describe('bundled into one file, far from any node_modules', () => {
  // The child says where it is and runs until it is killed.
  const entry = (source: string) => `
    import { serveDirectory } from ${JSON.stringify(source)};
    const [file] = process.argv.slice(2);
    const seed = ${JSON.stringify(people)};
    const served = await serveDirectory({ port: 0, file, token: ${JSON.stringify(token)}, seed });
    process.stdout.write(JSON.stringify(served.ok ? { url: served.value.url } : served.failure) + '\\n');
  `;

  test('it runs, and is whole on disk however often it is killed while writing', async () => {
    using place = scratch();
    const bundle = join(place.folder, 'directory.mjs');
    await build({
      stdin: {
        contents: entry('../../src/directory/serve.ts'),
        resolveDir: import.meta.dirname,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile: bundle,
      // Express and its like are CommonJS and call require for node's own modules.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      logLevel: 'silent',
    });
    let kept = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, [bundle, place.file], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      const [line] = await once(child.stdout, 'data');
      const directory = client(JSON.parse(String(line)).url);
      const loaded = (await directory.ask('GET', '/Groups')).body.totalResults;
      // Everything that was answered is there again; one more may have been written and not answered.
      expect(loaded === kept + 2 || loaded === kept + 3).toBe(true);
      kept = loaded - 2;
      setTimeout(() => child.kill('SIGKILL'), 40 + 35 * round);
      try {
        for (;;) {
          const displayName = `g-${round}-${kept}`;
          const reply = await directory.ask('POST', '/Groups', { schemas: [groupSchema], displayName });
          if (reply.status === 201) kept += 1;
        }
      } catch {
        await exited;
      }
    }
    expect(kept).toBeGreaterThan(5);
  });
});
