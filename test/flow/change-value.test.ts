// One value in a list that has others' too, where answers get lost or lie, or somebody else writes in the same moment.
import { expect, test } from 'vitest';
import { ok } from '../../src/core/result.ts';
import type { ValueFacts } from '../../src/core/scim-message.ts';
import type { Traits } from '../../src/core/traits.ts';
import { changeValue } from '../../src/flow/change-value.ts';
import type { Directory } from '../../src/flow/ports.ts';
import { subjectFacts } from '../core/samples.ts';
import { faulty, lost, rejected, scripted, written } from './scripted.ts';

const of = (value: string): ValueFacts => ({ value, whole: { value } });
const names = (values: readonly ValueFacts[]): string[] => values.map(({ value }) => value);

/** A list of roles, written as a whole; `write` says what becomes of it, and what is answered. */
class Roles {
  list: readonly ValueFacts[];
  version: string | null = null;
  readonly writes: { readonly names: readonly string[]; readonly version: string | null }[] = [];
  readonly answer: (
    roles: Roles,
    values: readonly ValueFacts[],
  ) => Awaited<ReturnType<Directory['setValues']>>;

  constructor(list: readonly string[], answer: Roles['answer']) {
    this.list = list.map(of);
    this.answer = answer;
  }

  change(op: 'add' | 'remove', traits: Traits = {}) {
    const { version } = this;
    const directory: Partial<Directory> = {
      subject: async () =>
        ok(subjectFacts({ id: 'alice', roles: this.list, version: this.version ?? version })),
      setValues: async (_, __, values, ifMatch = null) => {
        this.writes.push({ names: names(values), version: ifMatch });
        return this.answer(this, values);
      },
    };
    const item = { kind: 'role' as const, name: 'ours', id: null };
    return changeValue(scripted(directory), traits, { op, item, isOurs: ({ value }) => value === 'ours' });
  }
}

test.each([
  ['got lost', lost],
  ['makes no sense', faulty],
  ['is a 400', () => rejected(400)],
])('what others had is put back too where the answer %s', async (_, failure) => {
  const roles = new Roles(['a', 'b'], (here, values) => {
    here.list = here.writes.length === 1 ? values.slice(-1) : values;
    return here.writes.length === 1 ? failure() : written();
  });
  const done = await roles.change('add');
  expect(names(roles.list)).toEqual(['a', 'b']);
  expect(done).toMatchObject({ failure: { code: 'harmed', names: ['a', 'b'], restored: true } });
});

test('one value that goes in the same moment is said, and not put back', async () => {
  const roles = new Roles(['a', 'b', 'c'], (here, values) => {
    here.list = values.slice(1);
    return written();
  });
  const done = await roles.change('add');
  expect(roles.writes).toHaveLength(1);
  expect(done).toMatchObject({
    verified: 'confirmed',
    failure: { code: 'went-missing', what: 'your other roles', names: ['a'] },
  });
  expect(done.traits.values).toBeUndefined();
});

test('one value that goes under an If-Match that keeps others out is put back, with what came meanwhile', async () => {
  const roles = new Roles(['a', 'b', 'c'], (here, values) => {
    here.version = `W/"${here.writes.length + 1}"`;
    here.list = here.writes.length === 1 ? [...values.slice(1), of('new')] : values;
    return written();
  });
  roles.version = 'W/"1"';
  const done = await roles.change('add', { etags: 'honoured' });
  expect(done).toMatchObject({ failure: { code: 'harmed', names: ['a'], restored: true } });
  expect(names(roles.list).sort()).toEqual(['a', 'b', 'c', 'new']);
  expect(roles.writes.map(({ version }) => version)).toEqual(['W/"1"', 'W/"2"']);
});

test('a version that is refused while it is the current one is not sent for ever', async () => {
  const roles = new Roles(['a', 'ours'], (here, values) => {
    if (here.writes.at(-1)?.version !== null) return rejected(412);
    here.list = values;
    return written();
  });
  roles.version = 'W/"1"';
  const done = await roles.change('remove');
  expect(roles.writes.map(({ version }) => version)).toEqual(['W/"1"', null]);
  expect(done).toMatchObject({ verified: 'confirmed', traits: { etags: 'frozen' } });
});

test('a form that was taken and doesn’t show yet is not forgotten when the next one is rejected', async () => {
  const directory: Partial<Directory> = {
    subject: async () => ok(subjectFacts({ id: 'alice', roles: [of('a')] })),
    addValue: async () => written(),
    setValues: async () => rejected(400),
  };
  const item = { kind: 'role' as const, name: 'ours', id: null };
  const traits: Traits = { values: { 'role add': 'right' } };
  const done = await changeValue(scripted(directory), traits, { op: 'add', item, isOurs: () => false });
  expect(done).toMatchObject({ verified: 'contradicted', attempts: 2 });
  const denied = { ...directory, setValues: async () => rejected(403) };
  const last = await changeValue(scripted(denied), traits, { op: 'add', item, isOurs: () => false });
  expect(last).toMatchObject({ unsure: true, failure: { status: 403 } });
});
