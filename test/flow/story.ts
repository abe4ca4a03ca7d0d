// One switch to `release` and back, told by what was reported and what the directory has, so that the two can be compared.

import type { Settled } from '../../src/flow/settle.ts';
import type { ChangeReport } from '../../src/flow/verdict.ts';
import type { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE, type Machine } from '../support/machine.ts';
import { FOREIGN_ENTITLEMENTS, FOREIGN_ROLE } from './scene.ts';

export const GRANTS = ['group', 'role', 'typed', 'entitlement'] as const;
export type Grant = (typeof GRANTS)[number];

const NAMES: Readonly<Record<string, Grant>> = {
  'jit-release': 'group',
  deployer: 'role',
  approver: 'typed',
  'jit:release': 'entitlement',
};

/** `role: applied confirmed`; with the failure's code in the place of the verdict where there is one. */
export type Said = Partial<Record<Grant, string>>;

export interface Story {
  /** What was said last of each grant on `release`, and after it was left. */
  readonly gained: Said;
  readonly left: Said;
  /** What the directory had meanwhile, and has at the end. */
  readonly had: readonly Grant[];
  readonly has: readonly Grant[];
  /** What the ledger still has at the end. */
  readonly owed: readonly Grant[];
  /** What others gained or lost, and what became of what is Alice's own. */
  readonly harm: readonly string[];
  readonly closed: readonly string[];
  readonly contradictions: readonly string[];
}

export interface Staging {
  /** Right after the checkout. */
  readonly before?: (fake: FakeDirectory, branch: string) => void;
  /** Once what `release` gives was asked for, and once it was given back. */
  readonly onRelease?: (fake: FakeDirectory) => void;
  readonly onMain?: (fake: FakeDirectory) => void;
}

/** So often, some minutes later, the worker wakes up again on each branch. */
const ROUNDS = 3;
const LATER = 11 * 60_000;

export async function story(fake: FakeDirectory, machine: Machine, staging: Staging = {}): Promise<Story> {
  const watch = fake.watch();
  const own = ownOf(fake);
  const contradictions: string[] = [];
  const stay = async (branch: string, after?: (fake: FakeDirectory) => void): Promise<Said> => {
    machine.checkout(branch);
    staging.before?.(fake, branch);
    let last: Said = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      last = { ...last, ...said(await machine.calm(), fake, contradictions) };
      after?.(fake);
      machine.clock.move(LATER);
    }
    return last;
  };
  await machine.wake();
  const gained = await stay('release', staging.onRelease);
  const had = grantsIn(fake);
  const left = await stay('main', staging.onMain);
  const has = grantsIn(fake);
  const owed = machine.ledger.holdings.flatMap(({ item }) => NAMES[item.name] ?? []);
  const forgotten = has.filter((grant) => !owed.includes(grant));
  const ownNow = ownOf(fake);
  return {
    gained,
    left,
    had,
    has,
    owed,
    harm: [
      ...fake.harm(watch, ALICE.id),
      ...own.filter((each) => !ownNow.includes(each)).map((each) => `Alice lost ${each}`),
    ],
    closed: closings(machine),
    contradictions: [...contradictions, ...forgotten.map((grant) => `${grant} is forgotten`)],
  };
}

/** The closing lines of the two switches, in short; anything but one for each event is said. */
function closings(machine: Machine): string[] {
  const events = machine.lines.filter(
    ({ kind }) => !['intent', 'change', 'sync', 'log-start'].includes(kind),
  );
  return events.flatMap(({ event = '', kind }) => {
    const lines = machine.closing(event);
    const [line] = lines;
    if (lines.length !== 1 || line === undefined) return [`${kind} closed ${lines.length} times`];
    return kind === 'switch' ? [[line.outcome, line.reason].filter(Boolean).join(' ')] : [];
  });
}

function said(settled: readonly Settled[], fake: FakeDirectory, contradictions: string[]): Said {
  const last: Said = {};
  for (const report of settled.flatMap(({ reports }) => reports)) {
    const grant = NAMES[report.change.item.name];
    if (grant !== undefined) last[grant] = words(report);
  }
  const there = grantsIn(fake);
  for (const report of settled.at(-1)?.reports ?? []) {
    const grant = NAMES[report.change.item.name];
    if (grant === undefined || report.outcome !== 'applied' || report.verified !== 'confirmed') continue;
    if (there.includes(grant) !== (report.change.op === 'add'))
      contradictions.push(`${grant}: ${report.change.op} was said to be confirmed`);
  }
  return last;
}

const words = ({ outcome, verified, reason, failure }: ChangeReport): string =>
  [outcome, failure?.code ?? verified ?? reason].filter(Boolean).join(' ');

function grantsIn(fake: FakeDirectory): Grant[] {
  const alice = fake.user(ALICE.id);
  const has = (list: 'roles' | 'entitlements', value: string): boolean =>
    (alice[list] ?? []).some((each) => each['value'] === value);
  const there: Readonly<Record<Grant, boolean>> = {
    group: fake.members('jit-release').includes(ALICE.id),
    role: has('roles', 'deployer'),
    typed: has('roles', 'approver'),
    entitlement: has('entitlements', 'jit:release'),
  };
  return GRANTS.filter((grant) => there[grant]);
}

/** Of what was hers before: what a server adds to it harms nobody. */
function ownOf(fake: FakeDirectory): string[] {
  const alice = fake.user(ALICE.id);
  const has = (own: object): boolean =>
    [...(alice.roles ?? []), ...(alice.entitlements ?? [])].some((each) =>
      Object.entries(own).every(([key, part]) => each[key] === part),
    );
  const values = [FOREIGN_ROLE, ...FOREIGN_ENTITLEMENTS].filter(has).map((each) => each.value);
  return [...values, ...(fake.members('staff').includes(ALICE.id) ? ['staff'] : [])];
}
