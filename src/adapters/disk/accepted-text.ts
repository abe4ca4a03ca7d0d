// The rules a person accepted by their content, kept beside the spool: what an edit is compared with.
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ok } from '../../core/result.ts';
import type { AcceptedText } from '../../flow/setup-ports.ts';
import { sha256 } from './audit-log.ts';
import { diskFailure, makePrivateDirectory, replaceFile } from './replace-file.ts';

export function openAcceptedText(path: string): AcceptedText {
  return {
    read: async (hash) => {
      const text = await readFile(path, 'utf8').catch(() => null);
      return text !== null && sha256(text) === hash ? text : null;
    },
    keep: async (text) => {
      if (text === null) {
        const removed = await rm(path, { force: true }).catch((error: unknown) => diskFailure(path, error));
        return removed === undefined ? ok(undefined) : { ok: false, failure: removed };
      }
      const made = await makePrivateDirectory(dirname(path));
      return made.ok ? replaceFile(path, text) : made;
    },
  };
}
