// A process that dies after each of its effects in turn: nothing is lost, nothing happens twice, each event is closed once.
import { expect, test } from 'vitest';
import type { FakeDirectory } from '../support/fake-directory.ts';
import { Machine } from '../support/machine.ts';
import { companyRules, FOREIGN_ENTITLEMENTS, FOREIGN_ROLE, openCompany } from './scene.ts';

/** More than a whole switch has. */
const EFFECTS = Array.from({ length: 45 }, (_, at) => at + 1);

const heldBy = (fake: FakeDirectory): unknown => {
  const { roles = [], entitlements = [] } = fake.user('alice');
  const group = fake.members('jit-release').includes('alice') ? ['jit-release'] : [];
  return [...group, ...[...roles, ...entitlements].map(({ value }) => value)].sort();
};
const OWN = [FOREIGN_ROLE, ...FOREIGN_ENTITLEMENTS].map(({ value }) => value).sort();
const ALL = [...OWN, 'approver', 'deployer', 'jit-release', 'jit:release'].sort();

const isClosedOnce = (machine: Machine): boolean =>
  machine.lines
    .filter(({ kind }) => !['intent', 'change', 'sync', 'log-start'].includes(kind))
    .every(({ event = '' }) => machine.closing(event).length === 1);

/** As many intents as lines that say what became of them, each after its own. */
const isAnswered = (machine: Machine): boolean => {
  const open = new Set<string>();
  for (const { kind, op, target, name } of machine.lines) {
    if (kind === 'intent') open.add(`${op} ${target} ${name}`);
    if (kind === 'change') open.delete(`${op} ${target} ${name}`);
  }
  return open.size === 0;
};

test.each([
  ['with its ledger', false],
  ['without it', true],
] as const)('each effect of a switch there and back, %s', async (_, loses) => {
  for (const nth of EFFECTS) {
    const fake = await openCompany();
    await using machine = new Machine(fake, companyRules());
    const watch = fake.watch();
    await machine.wake();
    for (const [branch, held] of [
      ['release', ALL],
      ['main', OWN],
    ] as const) {
      machine.checkout(branch);
      machine.crash('any', nth);
      await machine.attempt();
      if (loses) machine.loseLedger();
      await machine.calm();
      await machine.calm();
      expect([nth, branch, heldBy(fake)]).toEqual([nth, branch, held]);
    }
    expect([nth, machine.ledger.holdings, fake.harm(watch, 'alice')]).toEqual([nth, [], []]);
    expect([nth, isClosedOnce(machine), isAnswered(machine), machine.disk.isChained]).toEqual([
      nth,
      true,
      true,
      true,
    ]);
  }
});
