// What the reader wants to see: by text, by person, by what became of it.
import { byId } from './element.ts';

export interface Wish {
  readonly text: string;
  readonly person: string;
  readonly state: string;
}

const field = (id: string): HTMLInputElement | HTMLSelectElement => {
  const found = byId(id);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`${id} is no field`);
};

const FIELDS = ['filter-text', 'filter-person', 'filter-state'] as const;

/** `changed` is told of every change, and once at the beginning. */
export function watchFilter(people: readonly string[], changed: (wish: Wish) => void): void {
  const [text, person, state] = FIELDS.map(field);
  if (text === undefined || person === undefined || state === undefined) return;
  for (const name of people) person.append(new Option(name, name));
  const tell = (): void =>
    changed({ text: text.value.trim().toLowerCase(), person: person.value, state: state.value });
  for (const each of [text, person, state]) each.addEventListener('input', tell);
  byId('filter-clear').addEventListener('click', () => {
    for (const each of [text, person, state]) each.value = '';
    tell();
    text.focus();
  });
  tell();
}

/** Every word stands somewhere in the row. */
export function hasText(row: object, wanted: string): boolean {
  if (wanted === '') return true;
  const all = Object.values(row).join('\n').toLowerCase();
  return wanted.split(/\s+/).every((word) => all.includes(word));
}
