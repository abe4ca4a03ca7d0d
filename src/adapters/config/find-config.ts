// The config file as it lies in a worktree: only at its top, only as data.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdsConfig } from '../../core/config-format.ts';
import type { PolicyFile } from '../../flow/ports.ts';

/** Where the rules may stand; the first that is there counts. Never a script: checking a branch out must not run its code. */
export const CONFIG_FILES = [
  '.scimsyncrc',
  '.scimsyncrc.json',
  '.scimsyncrc.yaml',
  '.scimsyncrc.yml',
  'package.json',
];

/**
 * The blob is the content's SHA-256, which is what such a file is pinned by. Not through cosmiconfig's search: that
 * also looks for a config of its own, `.config/config.js` among others, below the current directory, and runs it.
 */
export async function findConfigFile(top: string): Promise<PolicyFile> {
  for (const file of CONFIG_FILES) {
    const text = await readFile(join(top, file), 'utf8').catch(() => null);
    if (text === null || !holdsConfig(file, text)) continue;
    return {
      state: 'found',
      commit: null,
      blob: createHash('sha256').update(text).digest('hex'),
      file,
      text,
    };
  }
  return { state: 'file-gone', commit: null };
}
