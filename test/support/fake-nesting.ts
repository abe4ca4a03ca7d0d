// Which groups somebody is in: directly, and through groups inside groups.
import type { FakeGroup } from './fake-resource.ts';

/** RFC 7643 section 4.1.2: through a group inside a group it is indirect. */
export function directAndIndirect(
  id: string,
  groups: ReadonlyMap<string, FakeGroup>,
): { group: FakeGroup; type: 'direct' | 'indirect' }[] {
  const around = (inner: string): FakeGroup[] =>
    [...groups.values()].filter((group) => group.members.includes(inner));
  const found = new Set(around(id));
  const direct = found.size;
  // A set visits what is added while it is walked, and nothing twice: groups may contain each other.
  for (const group of found) for (const outer of around(group.id)) found.add(outer);
  return [...found].map((group, index) => ({ group, type: index < direct ? 'direct' : 'indirect' }));
}
