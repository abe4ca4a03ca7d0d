// The files of one audit log: the sealed segments, each named by its first line's number, and the one that still grows.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './replace-file.ts';

export interface Segment {
  readonly path: string;
  /** `seq` of its first line, as its name says; null for the one that still grows. */
  readonly first: number | null;
}

const LIVE = 'audit.jsonl';
const SEALED = /^audit\.(\d{12,})\.jsonl$/;

export const liveSegment = (directory: string): string => join(directory, LIVE);

export const sealedSegment = (directory: string, first: number): string =>
  join(directory, `audit.${String(first).padStart(12, '0')}.jsonl`);

/** Oldest first. A directory that isn't there has none. */
export function segmentsOf(directory: string): Segment[] {
  const sealed: { readonly path: string; readonly first: number }[] = [];
  let live = false;
  for (const name of entriesOf(directory)) {
    if (name === LIVE) live = true;
    const first = SEALED.exec(name)?.[1];
    if (first !== undefined) sealed.push({ path: join(directory, name), first: Number(first) });
  }
  sealed.sort((a, b) => a.first - b.first);
  return live ? [...sealed, { path: liveSegment(directory), first: null }] : sealed;
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
