// OCSF output against what its schema asks for.
import { expect, test } from 'vitest';
import type { AuditFields } from '../../src/core/audit-record.ts';
import { ocsfEvent } from '../../src/core/log/ocsf.ts';
import { EVENT_KINDS, KINDS, OPS } from '../../src/core/vocabulary.ts';

/**
 * Required by schema 1.8.0: includes/classification.json, includes/occurrence.json, events/base_event.json,
 * events/iam/user_access.json, events/iam/group_management.json, objects/{metadata,product,user,group,http_response}.json.
 */
const REQUIRED = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
const OF_CLASS: Readonly<
  Record<number, { readonly required: readonly string[]; readonly activities: readonly number[] }>
> = {
  0: { required: [], activities: [0, 99] },
  3005: { required: ['privileges', 'user'], activities: [1, 2] },
  // One of `privileges` and `user` must be there too.
  3006: { required: ['group', 'user'], activities: [3, 4, 5, 6] },
};
/** Attributes that the classes have, of those that are used. */
const KNOWN = new Set([
  ...REQUIRED,
  'activity_name',
  'category_name',
  'class_name',
  'group',
  'http_response',
  'message',
  'privileges',
  'raw_data',
  'severity',
  'status',
  'status_detail',
  'status_id',
  'unmapped',
  'user',
]);

interface Event {
  readonly [name: string]: unknown;
  readonly activity_id: number;
  readonly class_uid: number;
  readonly category_uid: number;
  readonly type_uid: number;
  readonly time: number;
  readonly metadata: {
    readonly version: string;
    readonly product: { readonly name: string };
    readonly [name: string]: unknown;
  };
  readonly unmapped: Readonly<Record<string, unknown>>;
}

const event = (fields: Partial<AuditFields> & Pick<AuditFields, 'kind'>): Event =>
  ocsfEvent(
    {
      at: '2026-11-23T18:00:00.001Z',
      time: '2026-11-23T18:00:01.002Z',
      v: 1,
      version: '0.1.0',
      seq: 7,
      prev: 'p',
      hash: 'h',
      event: 'e',
      subject: 'alice',
      subjectId: 'u',
      ...fields,
    },
    'stored',
  ) as Event;

const change = (more: Partial<AuditFields>): Event =>
  event({
    kind: 'change',
    op: 'add',
    target: 'group',
    name: 'jit',
    targetId: 'g',
    outcome: 'applied',
    status: 200,
    ...more,
  });

test('every line has what its class requires, and nothing that no class has', () => {
  const kinds = [...EVENT_KINDS, 'intent', 'sync', 'log-start', 'install', 'uninstall', 'trust'] as const;
  const all = [
    ...kinds.map((kind) => event({ kind })),
    ...OPS.flatMap((op) => KINDS.map((target) => change({ op, target }))),
  ];
  for (const each of all) {
    const of = OF_CLASS[each.class_uid];
    expect(of, `class ${each.class_uid}`).toBeDefined();
    for (const name of [...REQUIRED, ...(of?.required ?? [])]) expect(each, name).toHaveProperty(name);
    expect(of?.activities).toContain(each.activity_id);
    expect(each.type_uid).toBe(each.class_uid * 100 + each.activity_id);
    expect(each.category_uid).toBe(Math.floor(each.class_uid / 1000));
    expect(Object.keys(each).filter((name) => !KNOWN.has(name))).toEqual([]);
    expect(each.metadata).toMatchObject({
      version: '1.8.0',
      product: { name: 'scim-hook', vendor_name: 'scim-hook' },
      correlation_uid: 'e',
      sequence: 7,
      uid: 'h',
    });
    expect(each.time).toBe(Date.parse('2026-11-23T18:00:00.001Z'));
    // What the chain is checked by.
    expect(each.unmapped).toMatchObject({ hash: 'h', prev: 'p', seq: 7 });
    expect(each['raw_data']).toBe('stored');
  }
});

test('a change says who got or lost what, and whether it came to pass', () => {
  expect(change({})).toMatchObject({
    class_uid: 3006,
    activity_id: 3,
    group: { name: 'jit', uid: 'g' },
    user: { name: 'alice', uid: 'u' },
    status_id: 1,
    severity_id: 1,
    http_response: { code: 200 },
  });
  expect(change({ op: 'remove', outcome: 'failed', reason: 'denied' })).toMatchObject({
    activity_id: 4,
    status_id: 2,
    status_detail: 'denied',
    severity_id: 4,
  });
  expect(change({ op: 'create' })).toMatchObject({ activity_id: 6 });
  expect(change({ op: 'delete' })).toMatchObject({ activity_id: 5 });
  expect(change({ target: 'role', name: 'deployer', targetId: null })).toMatchObject({
    class_uid: 3005,
    activity_id: 1,
    privileges: ['deployer'],
  });
  expect(change({ target: 'entitlement', op: 'remove', outcome: 'owed' })).toMatchObject({
    class_uid: 3005,
    activity_id: 2,
    status_id: 99,
    status: 'owed',
    severity_id: 3,
  });
  // Nobody's access changed, and nobody can say whose.
  expect(event({ kind: 'change', op: 'add', target: 'group' })).toMatchObject({ class_uid: 0 });
  expect(event({ kind: 'switch', branch: 'release/1' })).toMatchObject({
    class_uid: 0,
    activity_name: 'switch',
    message: 'switch on release/1',
  });
});
