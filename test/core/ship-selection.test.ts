// What leaves the machine: no name of a branch that no rule matches, unless somebody wants all of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { judgeStatus } from '../../src/core/ship/answer.ts';
import { cloudEvent, isTold } from '../../src/core/ship/cloud-event.ts';
import type { Extent } from '../../src/core/ship/destination.ts';
import { severityOf } from '../../src/core/ship/otlp-record.ts';
import { readShipState } from '../../src/core/ship/position.ts';
import { leavesWhole, namesOf } from '../../src/core/ship/selection.ts';
import { webhookKey } from '../../src/core/ship/webhook-signature.ts';

const REPO = 'github.com/acme/payments';
const line = (fields: Partial<AuditFields> & Pick<AuditFields, 'kind'>): AuditLine => ({
  at: '2026-11-23T18:00:00.000Z',
  time: '2026-11-23T18:00:00.000Z',
  repo: REPO,
  v: 1,
  version: '0.1.0',
  seq: 1,
  prev: '0',
  hash: 'h',
  ...fields,
});
const leaves = (fields: Parameters<typeof line>[0], extent: Extent = 'matched', repo: string | null = null) =>
  leavesWhole(line(fields), { extent, repo });

describe('a whole line', () => {
  it('leaves when rules match its branch, or when it is about none', () => {
    expect(leaves({ kind: 'sync', branch: 'release/1', rules: ['release'] })).toBe(true);
    expect(leaves({ kind: 'sync', branch: 'private', rules: [] })).toBe(false);
    for (const kind of ['log-start', 'install', 'uninstall', 'trust'] as const)
      expect(leaves({ kind })).toBe(true);
  });

  it('of an older scim-hook, which doesn’t say, stays', () => {
    expect(leaves({ kind: 'switch', branch: 'release/1', from: 'main' })).toBe(false);
    expect(leaves({ kind: 'sync', branch: 'release/1' })).toBe(false);
  });

  it('stays when it names a private branch beside one that isn’t', () => {
    const switched = {
      kind: 'switch',
      branch: 'release/1',
      rules: ['r'],
      from: 'private',
      fromRules: [],
    } as const;
    expect(leaves(switched)).toBe(false);
    expect(leaves({ ...switched, from: 'release/2', fromRules: ['r'] })).toBe(true);
    expect(leaves({ ...switched, from: null })).toBe(true);
    expect(leaves({ ...switched, branch: null, rules: [], from: 'release/2', fromRules: ['r'] })).toBe(true);
    expect(leaves({ ...switched, branch: null, rules: [], from: null })).toBe(false);
  });

  it('of a change leaves by the rules that gave it, or when no branch did', () => {
    expect(leaves({ kind: 'change', op: 'remove', branch: 'release/1', rules: ['gone-since'] })).toBe(true);
    expect(leaves({ kind: 'change', op: 'remove', branch: null, rules: [] })).toBe(true);
    expect(leaves({ kind: 'intent', op: 'remove', branch: 'private', rules: [] })).toBe(false);
  });

  it('goes to a clone’s own destination only from that repository', () => {
    const own = { kind: 'sync', branch: 'release/1', rules: ['r'] } as const;
    expect(leaves(own, 'all', REPO)).toBe(true);
    expect(leaves(own, 'all', 'github.com/acme/other')).toBe(false);
    expect(leaves({ kind: 'sync', branch: 'private', rules: [] }, 'all')).toBe(true);
    expect(leaves(own, 'off')).toBe(false);
  });
});

it('whatever a line says, what leaves under `matched` names no branch without rules', () => {
  const name = fc.option(fc.constantFrom('private/a', 'release/1'), { nil: null });
  const rules = fc.option(fc.constantFrom<string[]>([], ['r']), { nil: undefined });
  const fields = fc.record({
    kind: fc.constantFrom('switch', 'gap', 'branch-renamed', 'sync', 'settle' as const),
    branch: name,
    from: name,
    rules,
    fromRules: rules,
  });
  fc.assert(
    fc.property(fields, ({ kind, branch, from, rules: own, fromRules }) => {
      const full = line({
        kind: kind as AuditFields['kind'],
        event: 'e',
        branch,
        from,
        ...(own && { rules: own }),
        ...(fromRules && { fromRules }),
      });
      const isPrivate = {
        branch: branch !== null && (own ?? []).length === 0,
        from: from !== null && (fromRules ?? []).length === 0,
      };
      if (leavesWhole(full, { extent: 'matched', repo: null }))
        expect(isPrivate).toEqual({ branch: false, from: false });
      const names = namesOf(full, { extent: 'matched', repo: null });
      if (names === null) return;
      expect([names.branch !== null && isPrivate.branch, names.from !== null && isPrivate.from]).toEqual([
        false,
        false,
      ]);
      const text = JSON.stringify(cloudEvent(full, names));
      for (const [hidden, word] of [
        [isPrivate.branch, branch],
        [isPrivate.from, from],
      ] as const)
        if (hidden && word !== null && word !== names.branch && word !== names.from)
          expect(text).not.toContain(word);
    }),
  );
});

it('automation hears of events and of what came of them, not of the steps', () => {
  const told = (kind: AuditFields['kind'], event?: string) => isTold(line({ kind, ...(event && { event }) }));
  expect(
    (
      [
        'switch',
        'gap',
        'branch-deleted',
        'branch-renamed',
        'expired',
        'revoke',
        'reconcile',
        'manual',
        'settle',
        'sync',
      ] as const
    ).map((kind) => told(kind, 'e')),
  ).not.toContain(false);
  expect(
    (['intent', 'change', 'log-start', 'install', 'uninstall', 'trust'] as const).map((kind) =>
      told(kind, 'e'),
    ),
  ).not.toContain(true);
});

it('what went wrong weighs more', () => {
  expect(severityOf(line({ kind: 'sync', outcome: 'applied' }))).toBe(9);
  expect(severityOf(line({ kind: 'switch' }))).toBe(9);
  expect(severityOf(line({ kind: 'sync', outcome: 'owed' }))).toBe(13);
  expect(severityOf(line({ kind: 'sync', outcome: 'refused' }))).toBe(13);
  expect(severityOf(line({ kind: 'change', outcome: 'failed' }))).toBe(17);
  expect(severityOf(line({ kind: 'change', outcome: 'applied', harmed: ['bob'] }))).toBe(17);
});

it('an answer says whether to try again, whether it is the line, or whether it is everything', () => {
  const is = (status: number) => judgeStatus(status, { retryAfter: null, location: null }).is;
  expect([200, 202, 204].map(is)).toEqual(['taken', 'taken', 'taken']);
  expect([429, 502, 503, 504].map(is)).toEqual(['later', 'later', 'later', 'later']);
  expect([400, 413, 422].map(is)).toEqual(['refused', 'refused', 'refused']);
  expect([301, 307, 401, 403, 404, 405, 408, 410, 500, 501].map(is)).toEqual(
    Array.from({ length: 10 }, () => 'blocked'),
  );
});

it('a secret is of Standard Webhooks’ form, and is never in what is said of it', () => {
  const of = (bytes: number) => webhookKey(`whsec_${Buffer.alloc(bytes, 7).toString('base64')}`);
  expect([24, 32, 64].map((bytes) => of(bytes).ok)).toEqual([true, true, true]);
  expect([8, 23, 65].map((bytes) => of(bytes).ok)).toEqual([false, false, false]);
  expect(webhookKey('hunter2')).toEqual({
    ok: false,
    failure: expect.not.stringContaining('hunter2') as string,
  });
});

it('a file that holds something else is as if nothing was shipped', () => {
  expect(readShipState(null)).toEqual({});
  expect(readShipState({ a: 1, b: { position: { seq: 'x' } }, c: null })).toEqual({});
  const position = { seq: 3, hash: 'h', time: '2026-11-23T18:00:00.000Z' };
  expect(readShipState({ a: { position } })['a']).toMatchObject({ position, skipped: 0, failed: null });
});
