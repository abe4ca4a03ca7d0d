// Whether the holder of the state lock still lives, as the kernel knows: whoever holds the lock holds a name too, and has
// written down for which lock, in which boot and network namespace. Where all of that is as it was, and the name is free,
// the holder was killed. In any doubt the lock is left to grow stale.
import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { holdName, nameFor, type Release } from './kernel-lock.ts';
import { PRIVATE_FILE } from './replace-file.ts';

/** Milliseconds: others only ask for the name to see whether they get it. */
const PATIENCE = 100;
/** Milliseconds before a lock is stale for everybody: from then on others may be taking it. */
const MARGIN = 1_000;

/** Of a record, in bytes: more than any needs. */
const LENGTH = 160;

const lockIn = (directory: string): string => `${directory}/lock`;
const recordIn = (directory: string): string => `${directory}/lock.holder`;

/** Called by whoever has just got the lock; to be released after it. */
export async function markHolder(directory: string): Promise<Release> {
  // First: by the time the name is had, a machine that slept may have given the lock to somebody else.
  const identity = identityOf(directory);
  const release = identity === null ? null : await holdHolder(directory, PATIENCE);
  if (identity === null || release === null) return () => {};
  try {
    record(directory, identity);
  } catch {
    // Without a record, it is a lock that grows stale.
  }
  return release;
}

/** Over what is there, which is as long: cut to nothing first, a file is flushed to the disk, for which nobody should wait. */
function record(directory: string, identity: string): void {
  const fd = openSync(recordIn(directory), constants.O_WRONLY | constants.O_CREAT, PRIVATE_FILE);
  try {
    writeSync(fd, identity);
  } finally {
    closeSync(fd);
  }
}

/** Null also where the directory is gone: the work itself will say so. */
async function holdHolder(directory: string, patience: number): Promise<Release | null> {
  try {
    return await holdName(nameFor('state', directory), patience);
  } catch {
    return null;
  }
}

/** Takes the lock of a dead holder away. `stale`: the age in milliseconds at which anybody would. */
export async function freeDead(directory: string, stale: number): Promise<void> {
  const release = await holdHolder(directory, 0);
  if (release === null) return;
  try {
    const { mtimeMs } = statSync(lockIn(directory));
    const isYoung = Date.now() - mtimeMs < stale - MARGIN;
    const identity = identityOf(directory);
    if (isYoung && identity !== null && identity === readFileSync(recordIn(directory), 'utf8'))
      rmdirSync(lockIn(directory));
  } catch {
    // There is no lock any more, or no record of it.
  } finally {
    release();
  }
}

/** Of the lock as it is now, seen from here: an inode alone may come again. Null: it is gone, or can't be told apart. */
function identityOf(directory: string): string | null {
  try {
    return identify(directory);
  } catch {
    return null;
  }
}

function identify(directory: string): string | null {
  const { ino, birthtimeNs } = statSync(lockIn(directory), { bigint: true });
  if (birthtimeNs === 0n) return null;
  kernel ??= `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/net')}`;
  return `${kernel} ${ino} ${birthtimeNs}`.padEnd(LENGTH);
}

/** The boot and the network namespace that this process is in, once they were asked for. */
let kernel: string | undefined;
