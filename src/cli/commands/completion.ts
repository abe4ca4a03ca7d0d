// `completion`: prints the script that makes a shell complete, as the package ships it.
import { readFile } from 'node:fs/promises';
import { packageFile } from '../../wire/package-files.ts';
import type { Shell } from '../complete/shells.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../words.ts';

export async function runCompletion({ screen }: Context, shell: Shell): Promise<ExitCode> {
  screen.raw(await readFile(packageFile(`completions/scim-hook.${shell}`), 'utf8'));
  return 0;
}
