// A person's machine with a directory, for tests of `reconcile`: what is where can be changed by hand on both sides.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, inject } from 'vitest';
import type { Ledger } from '../../src/core/ledger.ts';
import { FakeDirectory } from './fake-directory.ts';
import { configFor, rule } from './rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from './sandbox.ts';

const GROUPS = ['one', 'two', 'jit-spare', 'staff'];

export interface Machine extends AsyncDisposable {
  /** Where `reconcile` is typed. */
  cwd: string;
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly alice: string;
  /** A clone with the rules, installed and on its granting branch, with no worker alive. */
  clone(name: string, groups: string | readonly unknown[], more?: object): Promise<Repo>;
  has(group: string): boolean;
  put(group: string, isIn: boolean): void;
  ledger(change: (ledger: Ledger) => Partial<Ledger>): Promise<void>;
  reconcile(...args: string[]): Promise<Ran>;
}

export async function machine(): Promise<Machine> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of GROUPS) directory.addGroup({ displayName, members: [bob] });
  const group = (name: string) => {
    const found = [...directory.scim.groups.values()].find(({ displayName }) => displayName === name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  };
  const put = (name: string, isIn: boolean): void => {
    const found = group(name);
    const others = found.members.filter((id) => id !== alice);
    directory.scim.groups.set(found.id, { ...found, members: isIn ? [...others, alice] : others });
  };
  // In the directory from before us, and nobody's business here.
  put('staff', true);
  await sandbox.run('git', ['config', '--global', 'credential.helper', 'store'], sandbox.root);
  const input = `url=${directory.url}\nusername=scim\npassword=${TOKEN}\n\n`;
  await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input });
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  const file = join(sandbox.state, 'ledger.json');
  const here: Machine = {
    cwd: sandbox.root,
    sandbox,
    directory,
    alice,
    put,
    has: (name) => directory.members(name).includes(alice),
    ledger: async (change) => {
      const stored = JSON.parse(await readFile(file, 'utf8')) as Ledger;
      await writeFile(file, JSON.stringify({ ...stored, ...change(stored) }));
    },
    reconcile: (...args) => sandbox.run(process.execPath, [sandbox.bin, 'reconcile', ...args], here.cwd),
    clone: async (name, groups, more = {}) => {
      const rules = [rule('one', 'release/*', [], { grant: { groups: [groups].flat() } })];
      const config = configFor(directory.url, rules, more);
      const repo = await sandbox.repository(name, config, ['release/1', 'plain']);
      await repo.install();
      await repo.checkout('release/1');
      await repo.stopWorker();
      return repo;
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
  return here;
}

/** The document, once it is what its schema says. */
export function described(text: string): unknown {
  const file = join(inject('packageDirectory'), 'schemas', 'reconcile.schema.json');
  const validate = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  const document: unknown = JSON.parse(text);
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  return document;
}
