// Each lie of the adversary, told for good: nobody else gains or loses anything, and what is said is what is there.
import { describe, expect, test } from 'vitest';
import type { Quirk } from '../support/fake-quirk.ts';
import { Machine } from '../support/machine.ts';
import { type Expected, LIES, PLAIN } from './lies.ts';
import { companyRules, openCompany } from './scene.ts';
import { story } from './story.ts';

const rows = Object.entries(LIES) as [Quirk, Expected][];
const reasonOf = ({ works }: Expected): string => (works === true ? 'works' : works);

test.each(rows.map(([quirk, row]) => [quirk, reasonOf(row), row] as const))(
  '%s: %s',
  async (quirk, _, row) => {
    const fake = await openCompany();
    row.arrange?.(fake);
    fake.scim.lies.add(quirk);
    await using machine = new Machine(fake, row.config ?? companyRules());
    const watch = fake.watch();
    const told = await story(fake, machine, row);

    expect(fake.harm(watch, 'alice')).toEqual([]);
    expect(told).toEqual({ ...PLAIN, ...row.but });
    expect(told.had.length === 4 && told.has.length === 0).toBe(row.works === true);
    expect(machine.disk.isChained).toBe(true);
  },
);

const harmful = rows.filter(([, { harmed }]) => harmed !== undefined);

describe('what harmed once', () => {
  test.each(harmful)(
    '%s is reported with what was done about it, and not written again',
    async (quirk, row) => {
      const fake = await openCompany();
      row.arrange?.(fake);
      fake.scim.lies.add(quirk);
      await using machine = new Machine(fake, companyRules());
      await machine.wake();
      machine.checkout('release');
      const settled = [...(await machine.calm())];
      if (quirk === 'remove-empties-group') machine.checkout('main');
      settled.push(...(await machine.calm()));
      const harms = settled
        .flatMap(({ reports }) => reports)
        .flatMap(({ failure, outcome }) => (failure?.code === 'harmed' ? [{ ...failure, outcome }] : []));
      expect(harms).not.toEqual([]);
      for (const harm of harms) {
        expect(harm.what).toMatch(row.harmed?.what ?? /never/);
        expect(harm.outcome).not.toBe('applied');
      }
      expect(harms.every(({ restored }) => restored)).toBe(row.harmed?.restored);

      const writes = fake.count('PATCH');
      machine.clock.move(3_600_000);
      await machine.calm();
      await machine.calm();
      expect(fake.count('PATCH')).toBe(writes);
    },
  );
});
