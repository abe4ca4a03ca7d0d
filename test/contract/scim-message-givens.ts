// Groups, users and values as directories may hold them, with texts that mean something in a path or a filter.
import fc from 'fast-check';
import type { ValueFacts } from '../../src/core/scim-message.ts';
import type { Group, User, Value } from '../support/scim-judges.ts';

export interface Given {
  readonly group: Group;
  readonly externalId: string;
  /** Not in the group: who is there already with more than an id, both judges add once more. */
  readonly newcomer: string;
  /** In the group, if anybody is; sometimes not. */
  readonly somebody: string;
  readonly user: User;
  readonly kind: 'role' | 'entitlement';
  readonly list: 'roles' | 'entitlements';
  readonly wanted: readonly ValueFacts[];
  /** Among the user's values, if there are any; sometimes not. */
  readonly item: ValueFacts;
  /** Not among the user's values. */
  readonly unheld: ValueFacts;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(...' "\\[]().,:;|/@-_aB1é開🚀\n\t\u0000\u007f\u2028'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom(
    '1',
    'true',
    'null',
    'auth0|x',
    'a.b@c.example',
    'a.b]c',
    'a.b[c',
    'urn:a:b',
    'x" or value pr',
    ' and ',
    'x] eq "y',
  ),
  fc.uuid(),
);

const member = fc.record(
  { value: text, display: text, type: fc.constantFrom('User', 'Group') },
  { requiredKeys: ['value'] },
);

/** Of few names and types, so that a list holds some more than once; at most one is primary (RFC 7643 2.4). */
const values = (names: readonly string[]): fc.Arbitrary<Value[]> =>
  fc
    .uniqueArray(
      fc.record(
        {
          value: fc.constantFrom(...names),
          type: fc.constantFrom(...names.slice(0, 2)),
          display: text,
          primary: fc.constant(false),
        },
        { requiredKeys: ['value'] },
      ),
      { maxLength: 6, selector: ({ value, type }) => JSON.stringify([value, type]) },
    )
    .map(([first, ...others]) => (first === undefined ? [] : [{ ...first, primary: true }, ...others]));

const factsOf = (value: Value): ValueFacts => ({
  value: value.value,
  ...(value.type === undefined ? {} : { type: value.type }),
  whole: { ...value },
});

/** One of these if there are any, else the other. */
const oneOf = <T>(some: readonly T[], other: T, index: number): T => some[index % (some.length + 1)] ?? other;

export const givens: fc.Arbitrary<Given> = fc
  .uniqueArray(text, { minLength: 5, maxLength: 5 })
  .chain((names) =>
    fc
      .record({
        group: fc.record(
          {
            displayName: text,
            externalId: text,
            members: fc.uniqueArray(member, { maxLength: 5, selector: ({ value }) => value }),
          },
          { requiredKeys: ['displayName', 'members'] },
        ),
        externalId: text,
        newcomer: text,
        user: fc.record({ userName: text, roles: values(names), entitlements: values(names) }),
        kind: fc.constantFrom('role', 'entitlement'),
        wanted: values(names),
        unheld: text,
        index: fc.nat({ max: 5 }),
      })
      .filter(({ group, user, newcomer, unheld }) => {
        const held = [...user.roles, ...user.entitlements];
        return ![...group.members, ...held].some(({ value }) => value === newcomer || value === unheld);
      })
      .map(({ wanted, unheld, index, ...others }) => {
        const { group, user, newcomer, kind } = others;
        const list = kind === 'role' ? 'roles' : 'entitlements';
        return {
          ...others,
          list,
          wanted: wanted.map(factsOf),
          somebody: oneOf(group.members, { value: newcomer }, index).value,
          item: factsOf(oneOf(user[list], { value: unheld }, index)),
          unheld: factsOf({ value: unheld }),
        };
      }),
  );

/** An attribute without values is one that isn't there (RFC 7643 2.5). */
export function withoutEmpty(resource: unknown): object {
  const attributes = Object.entries(resource as object);
  return Object.fromEntries(attributes.filter(([, value]) => !Array.isArray(value) || value.length > 0));
}
