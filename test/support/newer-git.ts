// A git that runs hooks from its config, as 2.54 and later do, made of the git of this machine: what was measured of 2.55
// in its source and on another machine (the command by `sh -c '<command> "$@"'`, before the file, whatever hooksPath says).
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

export async function withNewerGit(sandbox: Sandbox): Promise<void> {
  const programs = join(sandbox.root, 'newer');
  const { PATH = '' } = sandbox.env;
  await mkdir(programs);
  const script = `#!/bin/sh
PATH='${PATH}'
from_config() {
  command=$(git config --get hook.scim-hook.command) && [ "$(git config --get hook.scim-hook.event)" = post-checkout ] || return 0
  cd "$(git rev-parse --show-toplevel)" && /bin/sh -c "$command \\"\\$@\\"" "$command" "$@"
}
case $1 in
  version | --version) echo 'git version 2.55.0' ;;
  hook)
    shift 4
    from_config "$@" || exit 1
    git hook run --ignore-missing post-checkout -- "$@"
    ;;
  checkout)
    old=$(git rev-parse -q --verify HEAD)
    git "$@" || exit
    from_config "$old" "$(git rev-parse HEAD)" 1 || exit 1
    ;;
  *) exec git "$@" ;;
esac
`;
  await writeFile(join(programs, 'git'), script);
  await chmod(join(programs, 'git'), 0o755);
  sandbox.env['PATH'] = `${programs}:${PATH}`;
}
