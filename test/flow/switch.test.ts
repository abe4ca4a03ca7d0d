// A switch there and back against an honest directory: what is asked for happens, and the log says so line by line.
import { expect, test } from 'vitest';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany } from './scene.ts';

test('each change has its intent and its outcome under the event that brought it about', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules());
  await machine.wake();

  machine.checkout('release');
  await machine.calm();
  expect(fake.members('jit-release')).toContain('alice');
  machine.checkout('main');
  await machine.calm();
  expect(fake.members('jit-release')).not.toContain('alice');

  const said = machine.lines.map(({ kind, op, name, outcome, event }) =>
    [kind, op, name, outcome, event].filter((part) => part !== undefined).join(' '),
  );
  const changes = (op: string, event: string) =>
    ['approver', 'deployer', 'jit-release', 'jit:release'].flatMap((name) => [
      `intent ${op} ${name} ${event}`,
      `change ${op} ${name} applied ${event}`,
    ]);
  const events = machine.lines.filter(({ kind }) => kind === 'switch').map(({ event = '' }) => event);
  expect(events).toHaveLength(2);
  expect(said).toEqual(
    events.flatMap((event, at) => [
      `switch ${event}`,
      ...changes(at === 0 ? 'add' : 'remove', event),
      `sync applied ${event}`,
    ]),
  );
  expect(machine.disk.isChained).toBe(true);
  expect(machine.ledger.holdings).toEqual([]);
});
