// What the hook starts: the Node that was written into it, and the worker's bundle in its stable place.
import { type Finding, fine, problem, skipped, warning } from '../finding.ts';
import { isNewer } from '../version-order.ts';

/** A program that was looked for: where it is, and the version it names. Null where there is none, or it can't say. */
export interface ProgramFacts {
  readonly path: string | null;
  readonly version: string | null;
}

export const OLDEST_NODE = '20.18.1';

/** The Node named in a hook's text, whatever form the hook has; null where it names none. */
export function nodeInHook(text: string): string | null {
  const quoted = /(?:^|[\s;{&|])(?:[A-Za-z_]+_)?node='((?:[^']|'\\'')*)'/m.exec(text)?.[1];
  return quoted === undefined ? null : quoted.replaceAll("'\\''", "'");
}

/** `baked`: the one in the hook. `onPath`: what the hook falls back to, as far as this shell's PATH tells. */
export function checkNode(baked: ProgramFacts & { readonly wanted: string }, onPath: ProgramFacts): Finding {
  const again = 'Run `scim-hook install` with the Node you want it to use.';
  if (baked.path !== null && baked.version !== null) {
    return isOld(baked.version)
      ? problem('node', `The hook starts Node ${baked.version}, but needs ${OLDEST_NODE} or newer.`, again)
      : fine('node', `The hook starts ${baked.path} (${baked.version}).`);
  }
  const gone = `The Node in the hook, ${baked.wanted}, ${baked.path === null ? 'is gone' : "doesn't run"}`;
  if (baked.path !== null) return problem('node', `${gone}, so no switch is settled.`, again);
  if (onPath.path === null || onPath.version === null)
    return problem('node', `${gone}, and there is none on the PATH.`, again);
  return isOld(onPath.version)
    ? problem('node', `${gone}, and the one on the PATH (${onPath.version}) is too old.`, again)
    : warning(
        'node',
        `${gone}; from this shell the hook falls back to ${onPath.path} (${onPath.version}), from elsewhere perhaps not.`,
        again,
      );
}

const isOld = (version: string): boolean => isNewer(OLDEST_NODE, version.replace(/^v/, ''));

export const NO_HOOK_NODE: Finding = skipped('node', 'No hook of ours is in place that would name a Node.');

export interface BundleFacts {
  readonly path: string;
  /** Null: it isn't there. */
  readonly version: string | null;
  readonly sameBytes: boolean;
}

export function checkBundle(
  { path, version, sameBytes }: BundleFacts,
  own: string,
  installed: boolean,
): Finding {
  const place = '`scim-hook install` puts it there.';
  if (version === null)
    return installed
      ? problem('bundle', `The worker ${path} is missing, so the hook starts nothing.`, place)
      : skipped('bundle', 'No worker is in place yet; install puts it there.');
  if (isNewer(version, own))
    return warning(
      'bundle',
      `The worker is of ${version}, this command line of ${own}: another clone has a newer scim-hook.`,
      'Update it here too: `npm install -D scim-hook@latest`.',
    );
  if (isNewer(own, version))
    return warning(
      'bundle',
      `The worker is of ${version}, this command line of ${own}.`,
      '`scim-hook install` renews it.',
    );
  return sameBytes
    ? fine('bundle', `The worker is of ${version}, like this command line.`)
    : warning(
        'bundle',
        `The worker ${path} calls itself ${version}, but isn't the one of this package.`,
        '`scim-hook install` puts that one there.',
      );
}
