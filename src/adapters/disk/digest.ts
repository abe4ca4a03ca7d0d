// SHA-256 of a text that stands for bytes, one character each: how hook files are read, and signed.
import { createHash } from 'node:crypto';

export const sha256OfBytes = (text: string): string =>
  createHash('sha256').update(text, 'latin1').digest('hex');
