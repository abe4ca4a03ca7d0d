// What every directory must do for us and our client for it: one suite, run over the fake and over real services.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Directory, Written } from '../../src/flow/ports.ts';
import { answerOf, openConnector, type Peer, whole } from './scim-client-rig.ts';

/** What real directories are known to lack; what isn't named here, every directory must do. */
export type Ability =
  | 'a user has their groups'
  | 'userName in any case'
  | 'a filter for an address'
  | 'a filter with an escape'
  | 'an add may repeat'
  | 'members are checked'
  | 'a role has a type';

/** Each with its reason. A test of what is lacking is left out by having to fail, so that the list stays true. */
export type Lacks = { readonly [ability in Ability]?: string };

export function scimClientSuite(name: string, open: () => Promise<Peer>, lacks: Lacks = {}): void {
  const testOf = (ability: Ability) => (lacks[ability] === undefined ? test : test.fails);
  describe(`the SCIM client, with ${name}`, () => {
    const connector = openConnector({ token: () => Promise.resolve(peer.token) });
    let peer: Peer;
    let directory: Directory;

    beforeAll(async () => {
      peer = await open();
      directory = connector.connect(peer.url, { pinned: true, timeout: 10_000 });
    });
    afterAll(async () => {
      await connector[Symbol.asyncDispose]();
      await peer?.[Symbol.asyncDispose]();
    });

    /** Names of one test's own, since all of them share the directory. */
    const fresh = (word: string): string => `${word}-${randomUUID()}`;
    const user = (userName = fresh('user')) => peer.addUser({ userName });
    /** Sorted: a group has no order. */
    const membersOf = async (id: string) => answerOf(await directory.group(id)).members?.toSorted();
    const wasDone = (answer: Answer<Written>) => {
      const { status, accepted } = answerOf(answer);
      expect([200, 204]).toContain(status);
      expect(accepted).toBe(false);
    };

    test('a user is read by id, with what the directory says of them', async () => {
      const userName = `${fresh('alice')}@acme.example`;
      const externalId = fresh('e');
      const id = await peer.addUser({ userName, externalId, emails: [{ value: userName, type: 'work' }] });
      const facts = answerOf(await directory.subject(id));
      expect(facts).toMatchObject({ id, userName, externalId, emails: [userName], active: true });
      expect(facts.roles).toEqual([]);
      expect(facts.entitlements).toEqual([]);
    });

    testOf('a user has their groups')('a user is read with the groups they are in', async () => {
      const [id, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [id] });
      await peer.addGroup({ displayName: fresh('team'), members: [other] });
      expect(answerOf(await directory.subject(id)).groups).toMatchObject([{ id: group, direct: true }]);
    });

    test('a group is read by id, with its members', async () => {
      const [displayName, externalId, member] = [fresh('team'), fresh('e'), await user()];
      const id = await peer.addGroup({ displayName, externalId, members: [member] });
      expect(answerOf(await directory.group(id))).toMatchObject({
        id,
        displayName,
        externalId,
        members: [member],
        large: false,
      });
    });

    test('who or what is not there is missing', async () => {
      const nobody = randomUUID();
      expect(await directory.subject(nobody)).toMatchObject({ failure: { code: 'missing', status: 404 } });
      expect(await directory.group(nobody)).toMatchObject({ failure: { code: 'missing', status: 404 } });
    });

    const subjectIds = async (...asked: Parameters<Directory['findSubjects']>) =>
      answerOf(await directory.findSubjects(...asked)).map((each) => each.id);

    test('a user is found by userName, externalId and id', async () => {
      const [userName, externalId] = [`${fresh('Bob')}@ACME.example`, fresh('E')];
      const id = await peer.addUser({ userName, externalId });
      await user();
      expect(await subjectIds('userName', userName)).toEqual([id]);
      expect(await subjectIds('externalId', externalId)).toEqual([id]);
      expect(await subjectIds('externalId', externalId.toLowerCase())).toEqual([]);
      expect(await subjectIds('id', id)).toEqual([id]);
    });

    testOf('userName in any case')('a user is found by userName, whatever its case', async () => {
      const userName = `${fresh('Bob')}@ACME.example`;
      const id = await user(userName);
      for (const spelling of [userName.toLowerCase(), userName.toUpperCase()]) {
        expect(await subjectIds('userName', spelling)).toEqual([id]);
      }
    });

    testOf('a filter for an address')('a user is found by an e-mail address', async () => {
      const email = `${fresh('c')}@acme.example`;
      // Somebody who may have none, too.
      await user();
      const id = await peer.addUser({ userName: fresh('carol'), emails: [{ value: email, type: 'work' }] });
      expect(await subjectIds('emails.value', email)).toEqual([id]);
      expect(await subjectIds('emails.value', fresh('nobody'))).toEqual([]);
    });

    test('a group is found by displayName, externalId and id', async () => {
      const [displayName, externalId] = [fresh('Team'), fresh('e')];
      const id = await peer.addGroup({ displayName, externalId });
      const ids = async (...asked: Parameters<Directory['findGroups']>) =>
        answerOf(await directory.findGroups(...asked)).map((each) => each.id);
      expect(await ids('displayName', displayName)).toEqual([id]);
      expect(await ids('displayName', displayName.toLowerCase())).toEqual([]);
      expect(await ids('externalId', externalId)).toEqual([id]);
      expect(await ids('id', id)).toEqual([id]);
    });

    test('finding nobody is an answer, not a failure', async () => {
      for (const attribute of ['userName', 'externalId', 'id'] as const) {
        expect(await directory.findSubjects(attribute, fresh('nobody'))).toEqual({ ok: true, value: [] });
      }
      for (const attribute of ['displayName', 'externalId', 'id'] as const) {
        expect(await directory.findGroups(attribute, fresh('nothing'))).toEqual({ ok: true, value: [] });
      }
    });

    const isFound = async (name: string) => {
      const displayName = `${fresh('group')} ${name}`;
      const id = await peer.addGroup({ displayName });
      const found = answerOf(await directory.findGroups('displayName', displayName));
      expect(found).toMatchObject([{ id, displayName }]);
    };

    test.each([
      ['what means something in a URL', 'a/b?c=d&e#f%20+'],
      ['what means something in a filter', ') or (userName pr) [x]'],
      ['letters beyond ASCII', 'Équipe – 開発 🚀'],
    ])('a name with %s is found', (_, name) => isFound(name));

    testOf('a filter with an escape').each([
      ['quotes and backslashes', '"quoted\\" and \\'],
      ['what ends a text in a filter', '") or (userName pr'],
    ])('a name with %s is found', (_, name) => isFound(name));

    test('a member is added beside the others', async () => {
      const [member, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [other] });
      wasDone(await directory.addMember(group, member));
      expect(await membersOf(group)).toEqual([other, member].sort());
      const { groups } = answerOf(await directory.subject(member));
      if (groups !== null) expect(groups).toMatchObject([{ id: group, direct: true }]);
    });

    testOf('an add may repeat')('who is a member already is added once', async () => {
      const [member, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [other, member] });
      wasDone(await directory.addMember(group, member));
      expect(await membersOf(group)).toEqual([other, member].sort());
    });

    test('removing a member takes out nobody else', async () => {
      const [member, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [other, member] });
      wasDone(await directory.removeMember(group, member));
      expect(await membersOf(group)).toEqual([other]);
      expect(answerOf(await directory.subject(member)).groups ?? []).toEqual([]);
    });

    test('removing who is no member changes nothing', async () => {
      const [member, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [other] });
      const answer = await directory.removeMember(group, member);
      if (!answer.ok) expect(answer.failure).toMatchObject({ code: 'rejected', scimType: 'noTarget' });
      expect(await membersOf(group)).toEqual([other]);
    });

    test('a group that is not there takes and loses nobody', async () => {
      const [nowhere, member] = [randomUUID(), await user()];
      const missing = { failure: { code: 'missing', status: 404, what: `the group ${nowhere}` } };
      expect(await directory.addMember(nowhere, member)).toMatchObject(missing);
      expect(await directory.removeMember(nowhere, member)).toMatchObject(missing);
    });

    testOf('members are checked')('a membership of somebody unknown is refused in its words', async () => {
      const group = await peer.addGroup({ displayName: fresh('team') });
      const answer = await directory.addMember(group, randomUUID());
      expect(answer).toMatchObject({ failure: { code: 'rejected', status: 400, scimType: 'invalidValue' } });
      expect(await membersOf(group)).toEqual([]);
    });

    test.each(['role', 'entitlement'] as const)(
      'the list of one kind (%s) is set as a whole',
      async (kind) => {
        const id = await user();
        const held = async () => {
          const { roles, entitlements } = answerOf(await directory.subject(id));
          return kind === 'role' ? { it: roles, other: entitlements } : { it: entitlements, other: roles };
        };
        const foreign = whole({ value: 'reader', display: 'Reader of everything' });
        const ours = whole({ value: 'deployer' });
        wasDone(await directory.setValues(id, kind, [foreign]));
        wasDone(await directory.setValues(id, kind, [foreign, ours]));
        expect(await held()).toMatchObject({ it: [foreign, ours], other: [] });
        wasDone(await directory.setValues(id, kind, [foreign]));
        expect(await held()).toMatchObject({ it: [foreign], other: [] });
        wasDone(await directory.setValues(id, kind, []));
        expect(await held()).toEqual({ it: [], other: [] });
      },
    );

    for (const kind of ['role', 'entitlement'] as const) {
      const typed = kind === 'role' ? testOf('a role has a type') : test;
      typed(`values of one name (${kind}) differ by their type`, async () => {
        const id = await user();
        const both = ['ours', 'foreign'].map((type) => whole({ value: 'reader', type, display: type }));
        wasDone(await directory.setValues(id, kind, both));
        const { roles, entitlements } = answerOf(await directory.subject(id));
        expect(kind === 'role' ? roles : entitlements).toMatchObject(both);
      });
    }

    testOf('a filter for an address')('everybody who matches is found, over all pages', async () => {
      const email = `${fresh('shared')}@acme.example`;
      await user();
      // Some directories let nobody share the address that comes first.
      const emails = () => [
        { value: `${fresh('own')}@acme.example`, type: 'work' },
        { value: email, type: 'other' },
      ];
      const twins = await Promise.all(
        [1, 2, 3].map(() => peer.addUser({ userName: fresh('twin'), emails: emails() })),
      );
      const found = answerOf(await directory.findSubjects('emails.value', email));
      expect(found.map((each) => each.id).sort()).toEqual(twins.sort());
    });

    test('operations may be asked for at the same time', async () => {
      const group = await peer.addGroup({ displayName: fresh('team') });
      const members = [await user(), await user()];
      const answers = await Promise.all(members.map((member) => directory.addMember(group, member)));
      for (const answer of answers) wasDone(answer);
      expect(await membersOf(group)).toEqual(members.sort());
    });

    test('a token the directory does not know is denied', async () => {
      await using stranger = openConnector({ token: () => Promise.resolve('not-the-token') });
      const unknown = stranger.connect(peer.url, { pinned: true, timeout: 10_000 });
      expect(await unknown.subject(randomUUID())).toEqual({
        ok: false,
        failure: { code: 'denied', endpoint: peer.url, status: 401 },
      });
    });
  });
}
