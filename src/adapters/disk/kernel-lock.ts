// A lock that the kernel frees when its holder dies: a socket of a name in Linux's abstract namespace, which nobody
// ever talks through. Nothing of it is on the disk, so a `kill -9` leaves nothing behind.
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from './replace-file.ts';

/** Of a name, all bytes that there are. Node 20 fills up shorter ones with zeros, later ones don't: only whole names exclude each other. */
const LENGTH = 107;

/** Of this person and this directory, whatever path leads there. */
export function nameFor(purpose: string, directory: string): string {
  const { dev, ino } = statSync(directory, { bigint: true });
  return `scim-hook-${purpose}/${process.getuid?.() ?? 0}/${dev}/${ino}/`;
}

export type Release = () => void;

/**
 * Holds a name, ASCII, for as long as this process lives or until it is released. Null where it can't be had: within
 * `patience` milliseconds nobody let go of it, or there are no such sockets here. Each network namespace has names of
 * its own, and any user can take one, so it only ever comes on top of a lock on the disk.
 */
export async function holdName(name: string, patience: number): Promise<Release | null> {
  if (process.platform !== 'linux') return null;
  const path = `\0${name.padEnd(LENGTH, '.')}`;
  const end = performance.now() + patience;
  for (;;) {
    const bound = await bind(path);
    if (bound !== 'taken') return bound;
    if (performance.now() >= end) return null;
    // Not at the same time as everybody else who waits.
    await pause(1 + Math.random() * 4);
  }
}

function bind(path: string): Promise<Release | 'taken' | null> {
  const server: Server = createServer((stranger) => stranger.destroy());
  return new Promise((resolve) => {
    server.on('error', (error) => resolve(errorCode(error) === 'EADDRINUSE' ? 'taken' : null));
    server.listen({ path, exclusive: true }, () => resolve(() => server.close()));
    // No reason to live.
    server.unref();
  });
}
