// The embedded directory over real HTTP: who is let in, what is served, and how errors look.
import { describe, expect, test } from 'vitest';
import { serveDirectory } from '../../src/directory/serve.ts';
import { groupSchema, people, started, token, userSchema } from './directory-rig.ts';

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('who is let in', () => {
  test.each([
    ['nobody', ''],
    ['another token', 'Bearer another'],
    ['a token that only starts right', `Bearer ${token}x`],
    ['an empty token', 'Bearer '],
    ['another scheme', `Basic ${token}`],
  ])('%s gets 401 as SCIM JSON', async (_who, authorization) => {
    await using directory = await started();
    const reply = await directory.ask('GET', '/Users', undefined, { authorization });
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    expect(reply.headers.get('content-type')).toContain('application/scim+json');
    expect(reply.body).toMatchObject({ schemas: [errorSchema], status: '401' });
    expect(reply.text).not.toContain('alice');
  });

  test('also outside the base path, and before a body is read', async () => {
    await using directory = await started();
    const origin = new URL(directory.url).origin;
    expect((await fetch(origin)).status).toBe(401);
    const reply = await directory.ask('POST', '/Users', '{', { authorization: '' });
    expect(reply.status).toBe(401);
  });

  test('a token without any text is not taken', async () => {
    const served = await serveDirectory({ port: 0, file: null, token: '', seed: people });
    expect(served).toMatchObject({ ok: false, failure: { code: 'usage' } });
  });
});

describe('what is served', () => {
  test('on loopback, at the address it says', async () => {
    await using directory = await started();
    expect(directory.url).toBe(`http://127.0.0.1:${directory.port}/scim/v2`);
    const alice = await directory.user('alice@acme.example');
    expect(alice.meta.location).toBe(`${directory.url}/Users/${alice.id}`);
    expect(alice.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('the seed, with groups of users worked out from members', async () => {
    await using directory = await started();
    const alice = await directory.user('alice@acme.example');
    const team = await directory.group('release-team');
    expect(alice).toMatchObject({
      displayName: 'Alice',
      externalId: 'E-1',
      active: true,
      emails: [
        { value: 'alice@mail.example', type: 'work', primary: true },
        { value: 'al@home.example', type: 'work', primary: false },
      ],
      groups: [{ value: team.id, display: 'release-team', type: 'direct' }],
    });
    expect(team.members.map((member) => member.display)).toEqual(['Alice', 'Bob']);
    expect(directory.snapshot().groups).toMatchObject([
      { displayName: 'jit-release', externalId: 'scim-hook:1', members: ['bob@acme.example'] },
      { displayName: 'release-team', externalId: null, members: ['alice@acme.example', 'bob@acme.example'] },
    ]);
  });

  test('a seed that contradicts itself is refused', async () => {
    const seed = { users: [], groups: [{ displayName: 'g', members: ['nobody'] }] };
    const served = await serveDirectory({ port: 0, file: null, token, seed });
    expect(served).toMatchObject({ ok: false, failure: { code: 'usage' } });
  });

  test('what it can do, honestly', async () => {
    await using directory = await started();
    const { body } = await directory.ask('GET', '/ServiceProviderConfig');
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      etag: { supported: true },
      filter: { supported: true, maxResults: 200 },
      authenticationSchemes: [{ type: 'oauthbearertoken' }],
    });
    expect((await directory.ask('GET', '/ResourceTypes')).body.totalResults).toBe(2);
    expect((await directory.ask('GET', `/Schemas/${userSchema}`)).body.id).toBe(userSchema);
    expect((await directory.ask('POST', '/Bulk', {})).body.status).toBe('501');
    expect((await directory.ask('POST', '/.search', {})).body.status).toBe('501');
    expect((await directory.ask('GET', '/Me')).body.status).toBe('501');
  });

  test('each request is told of, refused ones too', async () => {
    const seen: string[] = [];
    const onRequest = (r: { method: string; url: string; status: number }) =>
      void seen.push(`${r.method} ${r.url} ${r.status}`);
    await using directory = await started({ onRequest });
    await directory.ask('GET', '/Users?count=1');
    await directory.ask('GET', '/Users', undefined, { authorization: '' });
    expect(seen).toEqual(['GET /scim/v2/Users?count=1 200', 'GET /scim/v2/Users 401']);
  });

  test('several directories side by side, each with its own people and addresses', async () => {
    await using one = await started({ seed: { users: [{ userName: 'only-here' }], groups: [] } });
    await using other = await started();
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? one : other)).map(async (directory) => ({
        url: directory.url,
        reply: await directory.ask('GET', '/Users'),
      })),
    );
    for (const { url, reply } of asked) {
      expect(reply.body.totalResults).toBe(url === one.url ? 1 : 3);
      expect(reply.body.Resources.every(({ meta }) => meta.location.startsWith(url))).toBe(true);
    }
    expect((await other.ask('GET', '/ServiceProviderConfig')).body.authenticationSchemes).toHaveLength(1);
  });

  test('a port that is taken is a failure, not an exception', async () => {
    await using directory = await started();
    const { port } = directory;
    const served = await serveDirectory({ port, file: null, token, seed: people });
    expect(served).toEqual({ ok: false, failure: { code: 'port-in-use', port } });
    const none = await serveDirectory({ port: 70_000, file: null, token, seed: people });
    expect(none).toMatchObject({ ok: false, failure: { code: 'usage' } });
  });

  test('closing ends it at once, also with connections kept alive', async () => {
    const directory = await started();
    await directory.ask('GET', '/Users');
    const before = Date.now();
    await directory[Symbol.asyncDispose]();
    expect(Date.now() - before).toBeLessThan(500);
    await expect(directory.ask('GET', '/Users')).rejects.toThrow();
  });
});

describe('errors are SCIM JSON', () => {
  test.each([
    ['GET', '/Users/nobody', undefined, 404],
    ['GET', '/Groups/a%22b', undefined, 404],
    ['PUT', '/Groups/nothing', { schemas: [groupSchema], displayName: 'x' }, 404],
    ['DELETE', '/Groups/nothing', undefined, 404],
    ['GET', '/Nowhere', undefined, 404],
    ['POST', '/Users', '{"userName": ', 400],
    ['POST', '/Users', '', 400],
    ['POST', '/Users', [], 400],
    ['POST', '/Users', { schemas: [groupSchema], userName: 'x' }, 400],
    ['POST', '/Users', { schemas: [userSchema] }, 400],
    ['POST', '/Users', { schemas: [userSchema], userName: ' ' }, 400],
    ['POST', '/Users', { schemas: [userSchema], userName: 'x', active: 'yes' }, 400],
    ['POST', '/Groups', { schemas: [groupSchema], displayName: 7 }, 400],
    ['GET', '/Users?count=many', undefined, 400],
    ['GET', '/Users/%E0%A4%A', undefined, 400],
  ])('%s %s %j is %i', async (method, path, body, status) => {
    await using directory = await started();
    const reply = await directory.ask(method, path, body);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toContain('application/scim+json');
    expect(reply.body).toMatchObject({ schemas: [errorSchema], status: String(status) });
    expect(reply.body.detail).toEqual(expect.any(String));
  });

  test('a charset or a length nobody needs', async () => {
    await using directory = await started();
    const type = { 'content-type': 'application/json; charset=latin1' };
    expect((await directory.ask('POST', '/Users', '{}', type)).body.status).toBe('415');
    const long = { schemas: [userSchema], userName: 'x'.repeat(2_000_000) };
    expect((await directory.ask('POST', '/Users', long)).body.status).toBe('413');
  });

  test('a name that is taken, in whatever case, is 409 uniqueness', async () => {
    await using directory = await started();
    const user = { schemas: [userSchema], userName: 'ALICE@acme.example' };
    const group = { schemas: [groupSchema], displayName: 'jit-release' };
    for (const [path, body] of [
      ['/Users', user],
      ['/Groups', group],
    ] as const) {
      const reply = await directory.ask('POST', path, body);
      expect(reply.status).toBe(409);
      expect(reply.body.scimType).toBe('uniqueness');
    }
    const team = await directory.group('release-team');
    const renamed = await directory.patch(`/Groups/${team.id}`, [
      { op: 'replace', path: 'displayName', value: 'jit-release' },
    ]);
    expect(renamed.status).toBe(409);
  });
});
