import { expect, test } from 'vitest';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany } from './scene.ts';

test('honest', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules());
  await machine.wake();
  machine.checkout('release');
  const all = await machine.calm();
  console.log(JSON.stringify(all.map((s) => s.reports.map((r) => [r.change.op, r.change.item.name, r.outcome, r.verified, r.reason])), null, 1));
  console.log(fake.requests.map((r) => `${r.method} ${r.path}`).join('\n'));
  expect(fake.members('jit-release')).toContain('alice');
  machine.checkout('main');
  await machine.calm();
  expect(fake.members('jit-release')).not.toContain('alice');
  console.log(machine.lines.map((l) => `${l.kind} ${l.op} ${l.name} ${l.outcome} ${l.event}`).join('\n'));
  expect(machine.disk.isChained).toBe(true);
});
