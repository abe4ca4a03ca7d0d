// The one line of `status` about what to do: nothing where all is well, and the first thing that stands in the way.
import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../src/cli/documents.ts';
import { nextStep } from '../../src/cli/next-step.ts';

type Status = Omit<StatusDocument, 'next'>;
const trust: Status['trust'] = {
  state: 'trusted',
  detail: null,
  endpoint: 'https://x',
  subject: null,
  policy: null,
  commit: null,
  missing: [],
  notes: [],
};
const good: Status = {
  hook: { path: 'p', state: 'runs', how: 'file' },
  mode: 'enforce',
  trust: { ...trust, missing: [] },
  branch: 'main',
  leases: [],
  holds: [],
  spool: { waiting: 0, open: 0, oldest: null },
  pending: [],
  worker: { pid: null, crash: null },
  last: null,
  shipping: { extent: 'matched', destinations: [], problems: [] },
};
const owed = {
  kind: 'group',
  name: 'jit',
  id: 'g',
  state: 'owed',
  before: 'absent',
  since: '',
  tried: null,
} as const;
const last = { at: '', branch: 'main', outcome: 'refused', reason: null };

describe('the next step', () => {
  it('is none where all is well', () => {
    expect(nextStep(good, false)).toBeNull();
    expect(nextStep({ ...good, last: { ...last, outcome: 'applied' } }, false)).toBeNull();
  });
  it.each<[Partial<Status>, string]>([
    [
      { trust: { ...trust, state: 'untrusted', endpoint: null, missing: ['scim-hook.endpoint'] } },
      'scim-hook install',
    ],
    [{ trust: { ...trust, state: 'untrusted' } }, 'scim-hook trust'],
    [{ trust: { ...trust, state: 'ref-gone', missing: [] } }, 'Fetch'],
    [{ trust: { ...trust, state: 'invalid', missing: [] } }, 'scim-hook doctor'],
    [{ hook: { path: 'p', state: 'absent', how: null } }, 'scim-hook install'],
    [{ hook: { path: 'p', state: 'displaced', how: null } }, 'scim-hook install'],
    [{ hook: { path: 'p', state: 'edited', how: null } }, 'scim-hook doctor'],
    [{ holds: [owed] }, 'scim-hook sync'],
    [{ spool: { waiting: 0, open: 1, oldest: null } }, 'scim-hook sync'],
    [{ worker: { pid: null, crash: 'yesterday' } }, 'scim-hook doctor'],
    [{ last }, 'scim-hook doctor'],
  ])('%j: %s', (more, words) => {
    expect(nextStep({ ...good, ...more }, false)).toContain(words);
  });
  it('is to unset SCIM_HOOK=0 before all else', () => {
    expect(nextStep({ ...good, last }, true)).toContain('unset SCIM_HOOK');
  });
});
