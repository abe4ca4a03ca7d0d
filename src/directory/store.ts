// Users and groups in memory, and in a file where one was given: nothing is shown that isn't also kept.
import type { Outcome, ServeFailure } from './failure.ts';
import { readContents, writeContents } from './file.ts';
import { type Contents, nothing } from './records.ts';

export interface Store {
  contents(): Contents;
  /** The file first, then the memory: a write that failed changes neither. */
  commit(next: Contents): Outcome<null, ServeFailure>;
}

/**
 * Opening reads and never writes. Files are handled synchronously: a change is one step for everybody who asks,
 * and loopback and a handful of people make its milliseconds no matter.
 */
export function openStore(file: string | null): Outcome<Store, ServeFailure> {
  const loaded = file === null ? { ok: true as const, value: null } : readContents(file);
  if (!loaded.ok) return loaded;
  let contents = loaded.value ?? nothing;
  let isKept = file === null || loaded.value !== null;
  return {
    ok: true,
    value: {
      contents: () => contents,
      commit(next) {
        if (isKept && next === contents) return { ok: true, value: null };
        const written = file === null ? { ok: true as const, value: null } : writeContents(file, next);
        if (written.ok) {
          contents = next;
          isKept = true;
        }
        return written;
      },
    },
  };
}
