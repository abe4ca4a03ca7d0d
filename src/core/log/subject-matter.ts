// What somebody asks the log about: a name or a person, under every name that the log knows the same thing by.
import type { AuditLine } from '../audit-record.ts';
import type { Span } from './span.ts';

/** `name`: of a group, role or entitlement; a group may also be given by its id, as a person may. */
export type Aspect = 'name' | 'subject';

const KEYS = {
  name: { name: 'name', id: 'targetId' },
  subject: { name: 'subject', id: 'subjectId' },
} as const;

export class SubjectMatter {
  readonly aspect: Aspect;
  private readonly names: Set<string>;
  private readonly ids: Set<string>;

  constructor(aspect: Aspect, names: Iterable<string>, ids: Iterable<string>) {
    this.aspect = aspect;
    this.names = new Set(names);
    this.ids = new Set(ids);
  }

  static of(aspect: Aspect, asked: string): SubjectMatter {
    return new SubjectMatter(aspect, [asked], [asked]);
  }

  /** One of these stands in the bytes of each line about it: they are in JCS, so there is only one spelling. */
  get needles(): string[] {
    return [...this.namesIn(this.names), ...this.idsIn(this.ids)];
  }

  private namesIn(names: Iterable<string>): string[] {
    return [...names].map((name) => `"${KEYS[this.aspect].name}":${JSON.stringify(name)}`);
  }

  private idsIn(ids: Iterable<string>): string[] {
    return [...ids].map((id) => `"${KEYS[this.aspect].id}":${JSON.stringify(id)}`);
  }

  isIn(line: AuditLine): boolean {
    const { name, id } = KEYS[this.aspect];
    return this.names.has(line[name] ?? '') || this.ids.has(line[id] ?? '');
  }

  /** Ids that it turned out to have, and that were not looked for. */
  newIds(spans: Iterable<Span>): string[] {
    const found = new Set<string>();
    for (const { item, subjectId } of spans) {
      const id = this.aspect === 'name' ? item.id : subjectId;
      if (id !== null && !this.ids.has(id)) found.add(id);
    }
    return [...found];
  }

  /** Lines that have such an id and not a name that is known: it was renamed. */
  renamed(ids: readonly string[]): { readonly needles: string[]; isIn(text: string): boolean } {
    const known = this.namesIn(this.names);
    return { needles: this.idsIn(ids), isIn: (text) => !known.some((name) => text.includes(name)) };
  }

  with(ids: readonly string[]): SubjectMatter {
    return new SubjectMatter(this.aspect, this.names, [...this.ids, ...ids]);
  }
}
