// A long random walk over git operations, in three worktrees: after each drain leases and access are what the refs and
// HEADs say, and in the end the log has every switch that git has. SCIM_HOOK_WALKS: how many; SCIM_HOOK_SEED: which.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { ops, Walk } from '../support/walk.ts';

const RUNS = Number(process.env['SCIM_HOOK_WALKS'] ?? 12);
const seed = process.env['SCIM_HOOK_SEED'];

/** Each of these, in this order, among the others. */
function missing(some: readonly string[], all: readonly string[]): string[] {
  let at = 0;
  return some.filter((each) => {
    const found = all.indexOf(each, at);
    if (found !== -1) at = found + 1;
    return found === -1;
  });
}

test('wherever a walk leads, access follows, and nothing on the way is lost', {
  timeout: RUNS * 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(ops(25), fc.boolean(), async (walk, live) => {
      await using here = await Walk.begin(live);
      for (const op of [...walk, { kind: 'drain', branch: 0, tree: 0, name: 0 } as const]) {
        await here.take(op);
        if (op.kind !== 'drain') continue;
        const { is, must } = await here.drain();
        expect(is).toEqual(must);
        expect(await faultsOfLog(here.twins.sandbox)).toEqual([]);
      }
      const { git, ours } = await here.moves();
      expect({ missing: missing(git, ours), ours }).toEqual({ missing: [], ours });
      // From branch to branch without a hole.
      ours.slice(1).forEach((move, index) => {
        expect(move.split('→')[0]).toBe(ours[index]?.split('→')[1]);
      });
    }),
    {
      numRuns: RUNS,
      // A walk takes seconds: it is looked at as it is, not made smaller.
      endOnFailure: true,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
  );
});
