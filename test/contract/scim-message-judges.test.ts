// Our messages before independent judges: each is valid, does what it is meant to do, and touches nothing else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as messages from '../../src/core/scim-message.ts';
import { groupOf, judges, type Resource, type Value } from '../support/scim-judges.ts';
import { type Given, givens, withoutEmpty } from './scim-message-givens.ts';

interface Meant {
  /** Null where the message makes a resource instead of changing one. */
  readonly before: Resource | null;
  readonly after: Resource;
}

const isSame = (one: Value, other: Value): boolean => one.value === other.value && one.type === other.type;

const effects = {
  memberAdded: ({ group, newcomer }: Given): Meant => ({
    before: group,
    after: { ...group, members: [...group.members, { value: newcomer }] },
  }),
  memberRemoved: ({ group, somebody }: Given): Meant => ({
    before: group,
    after: { ...group, members: group.members.filter(({ value }) => value !== somebody) },
  }),
  valuesReplaced: ({ user, list, wanted }: Given): Meant => ({
    before: user,
    after: { ...user, [list]: wanted.map(({ whole }) => whole) },
  }),
  valueAdded: ({ user, list, unheld }: Given): Meant => ({
    before: user,
    after: { ...user, [list]: [...user[list], unheld.whole] },
  }),
  valueRemoved({ user, list, item }: Given): Meant {
    // A filter by the value alone takes the value of any type: who sends one has seen that there is no other.
    const held = user[list].filter((each) => item.type !== undefined || !isTwin(each, item));
    return {
      before: { ...user, [list]: held },
      after: { ...user, [list]: held.filter((each) => !isSame(each, item)) },
    };
  },
  groupCreated: ({ group: { displayName }, externalId, newcomer }: Given): Meant => ({
    before: null,
    after: { displayName, externalId, members: [{ value: newcomer }] },
  }),
};

const isTwin = (one: Value, other: Value): boolean => one.value === other.value && one.type !== other.type;

const table: readonly {
  readonly builder: keyof typeof messages;
  readonly build: (given: Given) => object;
  readonly effect: keyof typeof effects;
}[] = [
  { builder: 'addMember', build: (it) => messages.addMember(it.newcomer), effect: 'memberAdded' },
  {
    builder: 'addMemberWithoutPath',
    build: (it) => messages.addMemberWithoutPath(it.newcomer),
    effect: 'memberAdded',
  },
  { builder: 'addMembers', build: (it) => messages.addMembers([it.newcomer]), effect: 'memberAdded' },
  {
    builder: 'replaceMembers',
    build: (it) => messages.replaceMembers([...it.group.members, { value: it.newcomer }]),
    effect: 'memberAdded',
  },
  { builder: 'addValue', build: (it) => messages.addValue(it.kind, it.unheld), effect: 'valueAdded' },
  { builder: 'removeValue', build: (it) => messages.removeValue(it.kind, it.item), effect: 'valueRemoved' },
  {
    builder: 'createGroup',
    build: (it) =>
      messages.createGroup({
        displayName: it.group.displayName,
        externalId: it.externalId,
        member: it.newcomer,
      }),
    effect: 'groupCreated',
  },
  { builder: 'removeMember', build: (it) => messages.removeMember(it.somebody), effect: 'memberRemoved' },
  {
    builder: 'replaceValues',
    build: (it) => messages.replaceValues(it.kind, it.wanted),
    effect: 'valuesReplaced',
  },
];

/** What else is exported and can be called: these read, or make a part of a message. */
const notBuilders = [
  'equals',
  'isMemberFilter',
  'attributeOf',
  'readSubject',
  'readGroup',
  'readResources',
  'readError',
  'readCursor',
  'readProvider',
  // Judges disagree on it, as servers do: that is why it is never sent unasked (facts: RFC 7644 section 3.5.2.2).
  'removeMemberLegacy',
];

test('every message that is built is judged', () => {
  const callable = Object.entries(messages).filter(([, each]) => typeof each === 'function');
  const builders = callable.map(([name]) => name).filter((name) => !notBuilders.includes(name));
  expect(builders.sort()).toEqual(table.map(({ builder }) => builder).sort());
});

/** The texts in quotes in the paths of a PATCH. */
function textsIn(message: object): readonly string[] {
  const { Operations = [] } = message as { readonly Operations?: readonly { readonly path?: string }[] };
  return Operations.flatMap(({ path = '' }) => path.match(/"(?:\\.|[^"\\])*"/gsu) ?? []).map((quoted) =>
    String(JSON.parse(quoted)),
  );
}

describe.each(judges)('$name, as the judge', ({ misreads, patched }) => {
  test.each(table)('finds that $builder does what is meant, and nothing else', async ({ build, effect }) => {
    await fc.assert(
      fc.asyncProperty(givens, async (given) => {
        const message = build(given);
        fc.pre(!misreads(textsIn(message).join(' ')));
        const { before, after } = effects[effect](given);
        const judged = before === null ? groupOf(message) : await patched(before, message);
        expect(withoutEmpty(judged)).toEqual(withoutEmpty(after));
      }),
      { numRuns: 300 },
    );
  });
});
