// What everybody has in the fake directory at one time, and who else has gained or lost something since.
import type { Holdings } from './fake-resource.ts';

/** What each person, or group inside a group, has: what says which it is, and what to call it. */
export type Watch = ReadonlyMap<string, { readonly who: string; readonly what: string }>;

export function watch({ users, groups }: Holdings): Watch {
  const found = new Map<string, { who: string; what: string }>();
  const note = (who: string, kind: string, key: string, what: string): void => {
    found.set(JSON.stringify([who, kind, key]), { who, what: `${users.get(who)?.userName ?? who}: ${what}` });
  };
  for (const group of groups.values()) {
    for (const member of group.members) note(member, 'member', group.id, `member of ${group.displayName}`);
  }
  for (const user of users.values()) {
    for (const role of user.roles ?? []) {
      note(user.id, 'role', JSON.stringify(role), `role ${JSON.stringify(role)}`);
    }
    for (const entitlement of user.entitlements ?? []) {
      note(user.id, 'entitlement', JSON.stringify(entitlement), `entitlement ${JSON.stringify(entitlement)}`);
    }
  }
  return found;
}

/** What others than the subject gained or lost; none: nobody else was touched. */
export function harm(before: Watch, after: Watch, exceptUserId?: string): string[] {
  const only = (these: Watch, those: Watch, verb: string): string[] =>
    [...these]
      .filter(([key, { who }]) => who !== exceptUserId && !those.has(key))
      .map(([, { what }]) => `${verb} ${what}`);
  return [...only(before, after, 'lost'), ...only(after, before, 'gained')];
}
