// What must hold whatever is broken: git says and does what it would without us, and once it is mended, nothing is lost.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { faultsOfLog } from './audit-check.ts';
import { type Fault, Scene } from './scene.ts';

/** Everything that has git run the hook, or nearly; each is run in both clones. `edit` changes a file before it. */
const COMMANDS: readonly { args: readonly string[]; edit?: true }[] = [
  { args: ['checkout', 'release/1'] },
  { args: ['checkout', '-'] },
  { args: ['switch', 'plain'] },
  { args: ['checkout', '-b', 'fresh'] },
  { args: ['checkout', 'fresh'] },
  { args: ['checkout', 'no-such-branch'] },
  { args: ['checkout', '--', 'README'], edit: true },
  { args: ['restore', 'README'], edit: true },
  { args: ['stash'], edit: true },
  { args: ['stash', 'pop'] },
  { args: ['checkout', '--merge', 'release/1'] },
  { args: ['checkout', '--', 'README'] },
  { args: ['checkout', '--detach'] },
  { args: ['worktree', 'add', '../w', '-b', 'beside'] },
  { args: ['worktree', 'remove', '../w'] },
  { args: ['switch', 'main'] },
];

/** What the commands above switch the main worktree to, in their order. */
export const BRANCHES = ['release/1', 'main', 'plain', 'fresh', 'release/1', 'main'];

/**
 * The last branches that the main worktree was switched to, as the log has it; each switch in it is over. A detached
 * HEAD that is left at once may be told as the branch it was left for.
 */
export const lastSwitches = (scene: Scene, count: number): Promise<unknown[]> =>
  lastOf(scene, ['switch'], count);

/** The same with those that were found in the reflog. */
const lastMoves = (scene: Scene, count: number): Promise<unknown[]> =>
  lastOf(scene, ['switch', 'gap'], count);

async function lastOf({ sandbox }: Scene, kinds: readonly string[], count: number): Promise<unknown[]> {
  const events = (await sandbox.events()).filter(
    ({ kind, branch }) => kinds.includes(kind) && branch !== 'beside' && branch !== null,
  );
  return events.slice(-count).map(({ branch, outcome }) => (outcome === undefined ? 'is open' : branch));
}

export async function expectTransparent(scene: Scene, fault?: Fault): Promise<void> {
  for (const { args, edit } of COMMANDS) {
    const [ours, theirs] = [scene.repo.path, scene.twin];
    if (edit) for (const clone of [ours, theirs]) await appendFile(join(clone, 'README'), 'edited\n');
    const expected = await scene.git(theirs, args, fault);
    expect({ args, ...(await scene.git(ours, args, fault)) }).toEqual({ args, ...expected });
  }
}

export async function expectConverges(scene: Scene): Promise<void> {
  const { bob, alice } = scene;
  await scene.checkout('release/1');
  expect(scene.members).toEqual([bob, alice]);
  await scene.checkout('main');
  expect(scene.members).toEqual([bob]);
  expect(await scene.sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  expect(await faultsOfLog(scene.sandbox)).toEqual([]);
}

/** The whole life of a fault. */
export async function expectHarmless(fault: Fault, skip: (why: string) => void): Promise<void> {
  const missing = fault.isMissing?.() ?? null;
  if (missing !== null) {
    if (process.env['SCIM_HOOK_TEST_TOOLS'] === 'required') throw new Error(missing);
    return skip(missing);
  }
  await using scene = await Scene.open();
  if (fault.withWorker) {
    await scene.checkout('release/1');
    await scene.checkout('main');
  }
  await fault.make(scene);
  await expectTransparent(scene, fault);
  await scene.startsAreOver();
  await fault.expect?.(scene);
  await fault.mend(scene);

  await expectConverges(scene);
  const expected = [...BRANCHES, 'release/1', 'main'];
  if (fault.reachesSpool) expect(await lastSwitches(scene, expected.length)).toEqual(expected);
  // Git's own record tells of those that no hook could report.
  else expect(await lastMoves(scene, expected.length)).toEqual(expected);
}
