// The people and groups an empty directory starts with.
import { randomUUID } from 'node:crypto';
import { saveGroup, saveUser } from './changes.ts';
import { type Outcome, refusalText, type ServeFailure } from './failure.ts';
import type { Contents } from './records.ts';

export interface Seed {
  readonly users: readonly {
    readonly userName: string;
    readonly displayName?: string;
    readonly externalId?: string;
    /** The first is the primary one. */
    readonly emails?: readonly string[];
  }[];
  readonly groups: readonly {
    readonly displayName: string;
    readonly externalId?: string;
    /** userNames from the same seed. */
    readonly members?: readonly string[];
  }[];
}

export function seeded(empty: Contents, seed: Seed, now: string): Outcome<Contents, ServeFailure> {
  let contents = empty;
  const ids = new Map<string, string>();
  for (const { emails = [], ...named } of seed.users) {
    const id = randomUUID();
    ids.set(named.userName, id);
    const mail = emails.map((value, index) => ({ value, type: 'work', primary: index === 0 }));
    const attributes = { ...named, active: true, ...(mail.length > 0 ? { emails: mail } : {}) };
    const saved = saveUser(contents, id, attributes, now);
    if (!saved.ok) return unusable(refusalText(saved.failure));
    contents = saved.value;
  }
  for (const { displayName, externalId = null, members = [] } of seed.groups) {
    const stranger = members.find((userName) => !ids.has(userName));
    if (stranger !== undefined) {
      return unusable(`group "${displayName}" names "${stranger}", who is not among the users`);
    }
    const wanted = { displayName, externalId, members: members.flatMap((name) => ids.get(name) ?? []) };
    const saved = saveGroup(contents, randomUUID(), wanted, now);
    if (!saved.ok) return unusable(refusalText(saved.failure));
    contents = saved.value;
  }
  return { ok: true, value: contents };
}

const unusable = (problem: string): Outcome<Contents, ServeFailure> => ({
  ok: false,
  failure: { code: 'usage', problem: `the seed can't be used: ${problem}` },
});
