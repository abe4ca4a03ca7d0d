// A clone with all that install could touch, to compare before and after to the byte.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repo } from './sandbox.ts';

/** Everything in the work tree and around hooks and config, with modes and links. */
export function everything(repo: Repo): Record<string, string> {
  const files = readdirSync(repo.path, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      !/^\.git\/(?:index|logs|ORIG_HEAD|HEAD|objects|refs|info\/lefthook)/.test(name) &&
      !/^ran$/.test(name) &&
      !lstatSync(join(repo.path, name)).isDirectory(),
  );
  return Object.fromEntries(
    files.map((name) => {
      const path = join(repo.path, name);
      return [name, `${lstatSync(path).mode.toString(8)} ${readFileSync(path, 'latin1')}`];
    }),
  );
}
