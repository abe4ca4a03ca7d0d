// Where a wake-up stands: the clone, its worktrees, what git's config pins, and the policy if it may be followed.

import { parseEndpoint } from '../core/endpoint.ts';
import type { Failure, Fault } from '../core/failure.ts';
import { rulesFor } from '../core/policy.ts';
import { shortRef } from '../core/ref-name.ts';
import { repositoryId } from '../core/repository-id.ts';
import { ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings, type Settings } from '../core/settings.ts';
import type { Policy } from '../core/transit.ts';
import type { Ports, Worktree } from './ports.ts';

export interface Standing {
  readonly settings: Settings;
  readonly worktrees: readonly Worktree[];
  readonly commonDir: string;
  readonly repo: string;
  readonly device: string;
  readonly policy: Policy;
  /** What is wrong with the policy's file, where it is invalid. */
  readonly faults: readonly Fault[];
}

/** Milliseconds for a wake-up where no config says. */
const DEADLINE = 15_000;

/** When to give up for now, in milliseconds since the epoch. */
export const deadlineOf = ({ policy }: Pick<Standing, 'policy'>, now: number): number =>
  now + (policy.state === 'trusted' ? policy.config.deadline : DEADLINE);

/** The rules that match a branch, as far as rules may be followed. */
export const rulesOf =
  ({ policy }: Pick<Standing, 'policy'>) =>
  (branch: string | null): string[] =>
    policy.state === 'trusted' ? rulesFor(policy.config, branch) : [];

/** `entries` is git's config as read for this wake-up: where the state directory is stands there too. */
export async function takeStanding(
  ports: Pick<Ports, 'repository' | 'config' | 'state'>,
  entries: readonly ConfigEntry[],
): Promise<Result<Standing, Failure>> {
  const settings = readSettings(entries);
  const [worktrees, device, decided] = await Promise.all([
    ports.repository.worktrees(),
    // A look at a clone that nobody installed leaves nothing behind.
    ports.state.device(settings.pins !== null),
    takePolicy(ports, settings),
  ]);
  if (!worktrees.ok) return worktrees;
  if (!device.ok) return device;
  if (!decided.ok) return decided;
  return ok({
    settings,
    worktrees: worktrees.value,
    commonDir: ports.repository.commonDir,
    repo: repositoryId(entries) ?? ports.repository.commonDir,
    device: device.value,
    ...decided.value,
  });
}

type Decided = Pick<Standing, 'policy' | 'faults'>;

async function takePolicy(
  { repository, config }: Pick<Ports, 'repository' | 'config'>,
  { pins }: Settings,
): Promise<Result<Decided, Failure>> {
  const decided = (policy: Policy, faults: readonly Fault[] = []): Result<Decided, Failure> =>
    ok({ policy, faults });
  if (pins === null) return decided({ state: 'untrusted', detail: 'nothing is pinned in this clone' });
  const byContent = pins.policy.startsWith('sha256:');
  const [read, committed] = await Promise.all([
    repository.policy(pins.policy),
    byContent ? repository.committed() : ok(null),
  ]);
  if (!read.ok) return read;
  if (!committed.ok) return committed;
  const file = read.value;
  // Its content was enough only for trying it out: from here on, what counts was reviewed.
  if (committed.value !== null) {
    const ref = shortRef(committed.value);
    return decided({
      state: 'untrusted',
      detail: `a commit on ${ref} holds the rules by now, so the file that was accepted before it doesn't count any more`,
    });
  }
  if (file.state === 'ref-gone') return decided({ state: 'ref-gone', ref: pins.policy });
  if (file.state === 'file-gone') return decided({ state: 'file-gone' });
  if (file.commit === null && pins.policy !== `sha256:${file.blob}`) {
    return decided({ state: 'untrusted', detail: `${file.file} was changed since it was accepted` });
  }
  const parsed = await config.parse(file.file, file.text);
  if (!parsed.ok)
    return decided({ state: 'invalid', where: whereOf(pins.policy, file.file) }, parsed.failure);
  const proposed = parsed.value.endpoint;
  if (proposed !== null && !isSameEndpoint(proposed, pins.endpoint)) {
    return decided({
      state: 'untrusted',
      detail: `${file.file} proposes the endpoint ${proposed}, but ${pins.endpoint} was accepted`,
    });
  }
  const version = { commit: file.commit, blob: file.blob };
  return decided({ state: 'trusted', config: parsed.value, version, file: file.file });
}

export const whereOf = (policy: string, file: string): string =>
  policy.startsWith('sha256:') ? file : `${file} at ${shortRef(policy)}`;

function isSameEndpoint(a: string, b: string): boolean {
  const [one, other] = [parseEndpoint(a), parseEndpoint(b)];
  return one.ok && other.ok && one.value === other.value;
}
