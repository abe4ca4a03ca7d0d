// SHA-256 of a text that stands for bytes, one character each: how hook files are read, and signed.
import { createHash } from 'node:crypto';

export const sha256OfBytes = (text: string): string =>
  createHash('sha256').update(text, 'latin1').digest('hex');

/** A path as the bytes it has on disk, one character each, to go into such a text. */
export const asBytes = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
