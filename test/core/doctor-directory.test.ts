// What doctor makes of the token and of the directory's answers.
import { describe, expect, it } from 'vitest';
import type { AuditLine } from '../../src/core/audit-record.ts';
import {
  checkClock,
  checkGroups,
  checkPace,
  checkSubject,
  findingOf,
  groupsNamed,
} from '../../src/core/checks/directory.ts';
import { checkRival, undoneByOthers } from '../../src/core/checks/rival.ts';
import { checkToken } from '../../src/core/checks/token.ts';
import type { GroupFacts } from '../../src/core/scim-message.ts';
import {
  byName,
  config,
  ENDPOINT,
  groupFacts,
  NOW,
  rule,
  SUBJECT,
  SUBJECT_ID,
  subjectFacts,
} from './samples.ts';

const speech = {
  words: ({ code }: { code: string }) => ({ message: code, remedy: 'remedy' }),
  span: (ms: number) => `${ms} ms`,
};

describe('token', () => {
  const good = { from: 'helper', sendable: true, expires: null, helper: true, late: false } as const;
  it.each([
    [{}, 'ok'],
    [{ from: 'environment', helper: false }, 'ok'],
    [{ from: null }, 'problem'],
    [{ from: null, helper: false }, 'problem'],
    [{ from: null, late: true }, 'problem'],
    [{ sendable: false }, 'problem'],
    [{ expires: NOW - 1 }, 'problem'],
    [{ expires: NOW + 60_000 }, 'warning'],
    [{ expires: NOW + 3_600_000 }, 'ok'],
  ] as const)('%j: %s', (more, state) => {
    expect(checkToken({ ...good, ...more }, ENDPOINT, NOW, speech)).toMatchObject({ check: 'token', state });
  });
});

describe('endpoint and clock', () => {
  it('a refused token is the token’s problem, all else the endpoint’s', () => {
    expect(findingOf({ code: 'denied', endpoint: ENDPOINT, status: 401 }, speech)).toMatchObject({
      check: 'token',
      state: 'problem',
    });
    expect(findingOf({ code: 'unreachable', endpoint: ENDPOINT, detail: '' }, speech)).toMatchObject({
      check: 'endpoint',
      state: 'problem',
    });
  });
  it('a certificate nobody knows, a proxy, and a redirect, have remedies of their own', () => {
    const unknown = {
      code: 'unreachable',
      endpoint: ENDPOINT,
      detail: 'the certificate is not trusted (X)',
    } as const;
    expect(findingOf(unknown, speech).remedy).toContain('NODE_EXTRA_CA_CERTS');
    const proxy = { ...unknown, detail: 'the proxy proxy.example:80 refused to connect (502)' };
    expect(findingOf(proxy, speech).remedy).toContain('http.proxy');
    const moved = { code: 'rejected', endpoint: ENDPOINT, status: 301, scimType: null, detail: '' } as const;
    expect(findingOf(moved, speech).remedy).toContain('No redirect to another origin is followed');
    expect(findingOf({ ...moved, status: 400 }, speech).remedy).toBe('remedy');
  });
  it('slow is more than half of what a request may take', () => {
    expect(checkPace(ENDPOINT, 1_400, 3_000, speech)).toMatchObject({ state: 'ok' });
    expect(checkPace(ENDPOINT, 1_600, 3_000, speech)).toMatchObject({ state: 'warning' });
  });
  it.each([
    [NOW - 2_000, 'ok'],
    [NOW - 90_000, 'warning'],
    [NOW + 90_000, 'warning'],
    [null, 'skipped'],
  ])('a clock at %s: %s', (date, state) => {
    expect(checkClock(date, NOW, speech)).toMatchObject({ check: 'clock', state });
  });
});

describe('subject', () => {
  const pins = { endpoint: ENDPOINT, subject: SUBJECT, subjectId: SUBJECT_ID, policy: 'refs/heads/main' };
  const alice = subjectFacts();
  const other = { ...alice, id: 'other' };
  const asked = { pins, attribute: 'userName', pinned: alice, named: [alice] } as const;
  it.each([
    [{}, 'ok', 'active'],
    [{ pinned: null, named: [] }, 'problem', 'no more'],
    [{ pinned: null, named: [other] }, 'problem', 'the account other now'],
    [{ pinned: { ...alice, active: false } }, 'problem', 'not active'],
    [{ pinned: { ...alice, userName: 'bob' } }, 'problem', 'its userName is bob'],
    [{ pinned: { ...alice, userName: SUBJECT.toUpperCase() } }, 'ok', 'active'],
    [{ named: [alice, other] }, 'warning', '2 accounts'],
    [{ attribute: null, named: null }, 'ok', 'active'],
  ])('%j: %s', (more, state, words) => {
    expect(checkSubject({ ...asked, ...more })).toMatchObject({
      state,
      says: expect.stringContaining(words),
    });
  });
});

const jit = groupFacts({ displayName: 'jit' });

describe('groups', () => {
  const answer = { target: byName('jit'), rules: ['a'], eligible: false, found: [jit] };
  it('of the rules are those named outright, once each', () => {
    const rules = [
      rule('a', {
        grant: [byName('jit'), byName('env-{x}'), { kind: 'role', name: 'r' }],
        eligible: [byName('staff')],
      }),
      rule('b', { grant: [byName('jit')] }),
    ];
    expect(
      groupsNamed(config(rules)).map(({ target, rules: by, eligible }) => [target.name, by, eligible]),
    ).toEqual([
      ['jit', ['a', 'b'], false],
      ['staff', ['a'], true],
    ]);
  });
  it.each([
    [[answer], 0, ['ok']],
    [[], 0, ['skipped']],
    [[{ ...answer, found: [] }], 0, ['problem']],
    [[{ ...answer, found: [], eligible: true }], 0, ['problem']],
    [[{ ...answer, found: [jit, { ...jit, id: 'h' }] }, answer], 0, ['problem']],
    [[answer], 3, ['warning']],
  ])('%j, %d unasked: %j', (answers, unasked, expected) => {
    expect(checkGroups(answers, unasked).map(({ state }) => state)).toEqual(expected);
  });
});

describe('somebody else who decides too', () => {
  const line = (op: 'add' | 'remove', more: Partial<AuditLine> = {}): AuditLine => ({
    kind: 'change',
    at: '',
    op,
    name: 'jit',
    target: 'group',
    targetId: 'g',
    endpoint: ENDPOINT,
    subjectId: SUBJECT_ID,
    outcome: 'applied',
    verified: 'confirmed',
    v: 1,
    version: '0.1.0',
    seq: 1,
    time: '2026-11-23T17:00:00.000Z',
    prev: '',
    hash: '',
    ...more,
  });
  const add = line('add');
  const remove = line('remove');
  it('is seen where what was confirmed had to be done again and again', () => {
    expect(undoneByOthers([add, remove, add, remove])).toEqual([]);
    expect(undoneByOthers([add, line('add', { outcome: 'failed' })])).toEqual([]);
    expect(undoneByOthers([add, line('add', { verified: 'unverifiable' })])).toEqual([]);
    expect(undoneByOthers([add, line('add', { targetId: 'h' })])).toEqual([]);
    expect(undoneByOthers([add, add, remove, add, add])).toMatchObject([{ name: 'jit', count: 2 }]);
  });
  it('may be there: only from the second time on, or for a foreign externalId that nothing speaks against', () => {
    const check = (lines: AuditLine[], groups: GroupFacts[]) =>
      checkRival(lines, groups, NOW, speech).map(({ state, says }) => [state, /\bmay\b/.test(says)]);
    expect(check([add, add], [])).toEqual([['ok', false]]);
    expect(check([add, add, add], [])).toEqual([['warning', true]]);
    expect(check([], [jit])).toEqual([['ok', false]]);
    expect(check([], [{ ...jit, externalId: 'scim-hook:r' }])).toEqual([['ok', false]]);
    expect(check([], [{ ...jit, externalId: '00g1' }])).toEqual([['warning', true]]);
    expect(check([remove, add], [{ ...jit, externalId: '00g1' }])).toEqual([['ok', false]]);
  });
});
