// What every directory must do for us and our client for it: one suite, run over the fake and over the real service.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Directory, Written } from '../../src/flow/ports.ts';
import { answerOf, openConnector, type Peer, whole } from './scim-client-rig.ts';

export function scimClientSuite(name: string, open: () => Promise<Peer>): void {
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
      const group = await peer.addGroup({ displayName: fresh('team'), members: [id] });
      const facts = answerOf(await directory.subject(id));
      expect(facts).toMatchObject({ id, userName, externalId, emails: [userName], active: true });
      expect(facts.groups?.map((each) => each.id)).toEqual([group]);
      expect(facts.roles).toEqual([]);
      expect(facts.entitlements).toEqual([]);
    });

    test('a group is read by id, with its members', async () => {
      const [displayName, externalId, member] = [fresh('team'), fresh('e'), await user()];
      const id = await peer.addGroup({ displayName, externalId, members: [member] });
      expect(answerOf(await directory.group(id))).toEqual({ id, displayName, externalId, members: [member] });
    });

    test('who or what is not there is missing', async () => {
      const nobody = randomUUID();
      expect(await directory.subject(nobody)).toMatchObject({ failure: { code: 'missing', status: 404 } });
      expect(await directory.group(nobody)).toMatchObject({ failure: { code: 'missing', status: 404 } });
    });

    test('a user is found by userName, whatever its case', async () => {
      const userName = `${fresh('Bob')}@ACME.example`;
      const id = await user(userName);
      await user();
      for (const spelling of [userName, userName.toLowerCase(), userName.toUpperCase()]) {
        const found = answerOf(await directory.findSubjects('userName', spelling));
        expect(found.map((each) => each.id)).toEqual([id]);
      }
    });

    test('a user is found by externalId, by an e-mail address and by id', async () => {
      const [userName, externalId, email] = [fresh('carol'), fresh('E'), `${fresh('c')}@acme.example`];
      const id = await peer.addUser({ userName, externalId, emails: [{ value: email, type: 'work' }] });
      const ids = async (...asked: Parameters<Directory['findSubjects']>) =>
        answerOf(await directory.findSubjects(...asked)).map((each) => each.id);
      expect(await ids('externalId', externalId)).toEqual([id]);
      expect(await ids('externalId', externalId.toLowerCase())).toEqual([]);
      expect(await ids('emails.value', email)).toEqual([id]);
      expect(await ids('id', id)).toEqual([id]);
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
      for (const attribute of ['userName', 'externalId', 'emails.value', 'id'] as const) {
        expect(await directory.findSubjects(attribute, fresh('nobody'))).toEqual({ ok: true, value: [] });
      }
      for (const attribute of ['displayName', 'externalId', 'id'] as const) {
        expect(await directory.findGroups(attribute, fresh('nothing'))).toEqual({ ok: true, value: [] });
      }
    });

    test.each([
      ['quotes and backslashes', '"quoted\\" and \\'],
      ['what means something in a URL', 'a/b?c=d&e#f%20+'],
      ['what means something in a filter', '") or (userName pr'],
      ['letters beyond ASCII', 'Équipe – 開発 🚀'],
    ])('a name with %s is found', async (_, name) => {
      const displayName = `${fresh('group')} ${name}`;
      const id = await peer.addGroup({ displayName });
      const found = answerOf(await directory.findGroups('displayName', displayName));
      expect(found).toMatchObject([{ id, displayName }]);
    });

    test('a member is added once, however often it is asked for', async () => {
      const [member, other] = [await user(), await user()];
      const group = await peer.addGroup({ displayName: fresh('team'), members: [other] });
      wasDone(await directory.addMember(group, member));
      expect(await membersOf(group)).toEqual([other, member].sort());
      expect(answerOf(await directory.subject(member)).groups).toMatchObject([{ id: group, direct: true }]);
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

    test('a membership of somebody unknown is refused in the words of the directory', async () => {
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
        const foreign = whole({ value: 'reader', type: 'foreign', display: 'Reader of everything' });
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

    test('everybody who matches is found, over all pages', async () => {
      const email = `${fresh('shared')}@acme.example`;
      const twins = await Promise.all(
        [1, 2, 3].map(() =>
          peer.addUser({ userName: fresh('twin'), emails: [{ value: email, type: 'work' }] }),
        ),
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
