// The config file as it lies in a worktree: only at its top, only data, found by cosmiconfig.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PolicyFile } from '../../flow/ports.ts';

/** Where the rules may stand; the first that is there counts. Never a script: checking a branch out must not run its code. */
export const CONFIG_FILES = [
  '.scimsyncrc',
  '.scimsyncrc.json',
  '.scimsyncrc.yaml',
  '.scimsyncrc.yml',
  'package.json',
];

/** The blob is the content's SHA-256, which is what such a file is pinned by. */
export async function findConfigFile(top: string): Promise<PolicyFile> {
  // Bundled, a CommonJS package that is loaded when needed has its exports under `default` alone.
  const { cosmiconfig } = (await import('cosmiconfig')).default;
  const asText = (_path: string, content: string): string => content;
  const inPackage = (_path: string, content: string): unknown => {
    try {
      const parsed: unknown = JSON.parse(content);
      return typeof parsed === 'object' && parsed !== null && 'scimsync' in parsed ? content : undefined;
    } catch {
      return undefined;
    }
  };
  const explorer = cosmiconfig('scimsync', {
    searchPlaces: CONFIG_FILES,
    searchStrategy: 'none',
    // Text in, text out: parsing, and saying what is wrong with it, is done in one place for every source.
    loaders: { noExt: asText, '.json': inPackageOr(inPackage, asText), '.yaml': asText, '.yml': asText },
    packageProp: [],
  });
  const found = await explorer.search(top);
  if (found === null || found.isEmpty === true) return { state: 'file-gone', commit: null };
  const text = await readFile(found.filepath, 'utf8');
  const blob = createHash('sha256').update(text).digest('hex');
  return { state: 'found', commit: null, blob, file: basename(found.filepath), text };
}

type Loader = (path: string, content: string) => unknown;

const inPackageOr =
  (packageLoader: Loader, other: Loader): Loader =>
  (path, content) =>
    basename(path) === 'package.json' ? packageLoader(path, content) : other(path, content);
