// A git in front of git: after the first call that matches, something more happens before the caller reads on.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** `call` is part of git's arguments, `then` a line of sh, run where git ran. Returns the environment for whom it is meant. */
export async function meddlingGit(
  sandbox: Sandbox,
  call: string,
  then: string,
): Promise<{ readonly PATH: string }> {
  const programs = join(sandbox.root, 'programs');
  const { PATH = '' } = sandbox.env;
  await mkdir(programs);
  const script = `#!/bin/sh
PATH='${PATH}'
git "$@" || exit
case $* in
  *'${call}'*) mkdir '${programs}/done' 2>/dev/null || exit 0 ;;
  *) exit 0 ;;
esac
unset SCIM_HOOK
{ ${then}; } </dev/null >/dev/null 2>&1
`;
  await writeFile(join(programs, 'git'), script);
  await chmod(join(programs, 'git'), 0o755);
  return { PATH: `${programs}:${PATH}` };
}
