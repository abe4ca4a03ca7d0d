// What the fake directory was before: the versions of its resources, and what reads that lag behind still show.
import { type FakeGroup, type FakeResource, type Holdings, isGroup } from './fake-resource.ts';

/** Counts how often a resource was seen to have changed, whoever changed it: a test may write to it directly. */
export class Versions {
  readonly #seen = new Map<string, string[]>();

  /** From 1; of a copy made before, it is what it was then. */
  of(resource: FakeResource, { isCopy = false } = {}): number {
    const key = `${isGroup(resource) ? 'Groups' : 'Users'}/${resource.id}`;
    const texts = this.#seen.get(key) ?? [];
    const text = JSON.stringify(resource);
    if (isCopy) return Math.max(1, texts.lastIndexOf(text) + 1);
    if (texts.at(-1) !== text) this.#seen.set(key, [...texts, text]);
    return this.#seen.get(key)?.length ?? 1;
  }
}

export class Past {
  #groups: ReadonlyMap<string, FakeGroup>[] = [];
  #late: { readonly holdings: Holdings; reads: number } | null = null;

  /** Before each change; `reads` is how many will not see it. */
  remember({ users, groups }: Holdings, reads: number): void {
    const copy = structuredClone({ users, groups });
    this.#groups.push(copy.groups);
    const shown = this.#late === null || this.#late.reads === 0 ? copy : this.#late.holdings;
    if (reads > 0) this.#late = { holdings: shown, reads };
  }

  /** A change that changed nothing is none. */
  forget(): void {
    this.#groups.pop();
  }

  /** For one read. */
  seen(now: Holdings): Holdings {
    if (this.#late === null || this.#late.reads === 0) {
      this.#late = null;
      return now;
    }
    this.#late.reads -= 1;
    return this.#late.holdings;
  }

  /** The groups as they were that many changes ago, or as they were at first. */
  groups(changes: number): ReadonlyMap<string, FakeGroup> | undefined {
    return this.#groups.at(-changes) ?? this.#groups[0];
  }
}
