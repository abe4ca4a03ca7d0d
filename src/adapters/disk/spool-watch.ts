// Tells when a hook appended to the spool: at once where the system can, else within a quarter of a second.
import { type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface SpoolWatch {
  /** From here on, appends count as new. Call it before the spool is read. */
  mark(): void;
  /** True as soon as something was appended since the mark; false after so many milliseconds without. */
  changed(within: number): Promise<boolean>;
  close(): void;
}

const POLL = 250;

export function watchSpool(directory: string): SpoolWatch {
  const file = join(directory, 'spool');
  let marked = stateOf(file);
  let wake: (() => void) | null = null;
  const watcher = openWatcher(directory, () => wake?.());
  return {
    mark: () => {
      marked = stateOf(file);
    },
    changed: (within) =>
      new Promise((resolve) => {
        const finish = (result: boolean): void => {
          clearInterval(poll);
          clearTimeout(limit);
          wake = null;
          resolve(result);
        };
        const look = (): void => {
          if (stateOf(file) !== marked) finish(true);
        };
        const poll = setInterval(look, POLL);
        const limit = setTimeout(() => finish(false), within);
        wake = look;
        look();
      }),
    close: () => watcher?.close(),
  };
}

/** Watches are scarce on some systems, and missing on some file systems: then polling has to do. */
function openWatcher(directory: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, (_event, name) => {
      if (name === 'spool') onChange();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

function stateOf(file: string): string {
  try {
    const { ino, size } = statSync(file);
    return `${ino} ${size}`;
  } catch {
    return '';
  }
}
