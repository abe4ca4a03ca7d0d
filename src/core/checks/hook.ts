// What keeps git from running our hook, by how it was found, each with the way out.
import { type Finding, fine, problem } from '../finding.ts';
import type { HookState } from '../hook-place.ts';

const INSTALL = '`scim-hook install` puts it there.';

export function checkHook(state: HookState, path: string): Finding {
  const findings: Readonly<Record<HookState, Finding>> = {
    runs: fine('hook', `git would run ${path} now.`),
    absent: problem('hook', `There is no hook at ${path}, so no switch is noticed.`, INSTALL),
    foreign: problem(
      'hook',
      `${path} is another hook, and ours isn't in it, so no switch is noticed.`,
      '`scim-hook install` says how to get in beside it.',
    ),
    edited: problem(
      'hook',
      `${path} is ours, but somebody changed it, so nobody knows what it does now.`,
      'Keep elsewhere what you need of it, delete it, and run `scim-hook install`.',
    ),
    'not-executable': problem(
      'hook',
      `${path} is not executable, so git ignores it.`,
      `\`scim-hook install\` mends that, as does \`chmod +x '${path}'\`.`,
    ),
    shadowed: problem(
      'hook',
      `git looks for hooks elsewhere (core.hooksPath), so ours is not run; it would have to be ${path}.`,
      'See who set it: `git config --show-origin --get core.hooksPath`. Then `scim-hook install`.',
    ),
    displaced: problem(
      'hook',
      `Our hook was installed, and another tool has taken it out or put itself before it (${path}).`,
      '`scim-hook install` puts it back beside that tool.',
    ),
  };
  return findings[state];
}
