// A git in front of git: at the first call that matches, it fails, or something more happens before the caller reads on.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** `call` is part of git's arguments, `then` a line of sh, run where git ran. Returns the environment for whom it is meant. */
export const meddlingGit = (
  sandbox: Sandbox,
  call: string,
  then: string,
): Promise<{ readonly PATH: string }> =>
  gitBefore(
    sandbox,
    (first) => `git "$@" || exit
${first(call)} || exit 0
unset SCIM_HOOK
{ ${then}; } </dev/null >/dev/null 2>&1
`,
  );

/** As in a moment in which HEAD isn't there: git takes a symbolic link away before it makes another one. */
export const failingGit = (sandbox: Sandbox, call: string): Promise<{ readonly PATH: string }> =>
  gitBefore(
    sandbox,
    (first) => `${first(call)} || exec git "$@"
echo 'fatal: not a git repository' >&2
exit 128
`,
  );

async function gitBefore(
  sandbox: Sandbox,
  does: (first: (call: string) => string) => string,
): Promise<{ readonly PATH: string }> {
  const programs = join(sandbox.root, 'programs');
  const { PATH = '' } = sandbox.env;
  await mkdir(programs);
  const first = (call: string): string =>
    `case $* in *'${call}'*) mkdir '${programs}/done' 2>/dev/null ;; *) false ;; esac`;
  await writeFile(join(programs, 'git'), `#!/bin/sh\nPATH='${PATH}'\n${does(first)}`);
  await chmod(join(programs, 'git'), 0o755);
  return { PATH: `${programs}:${PATH}` };
}
