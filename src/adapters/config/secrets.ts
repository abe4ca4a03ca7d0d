// A token has no place in a file that everybody with the repository can read.
import type { Fault } from '../../core/failure.ts';
import { pathText } from './faults.ts';

const SECRET_KEY =
  /^(?:.*[_-])?(?:token|secret|password|passwd|bearer|api[_-]?key|authorization|credentials?)$/i;

/** Spellings of tokens that are known on sight: bearer headers, JWTs, and the prefixes that vendors give theirs. */
const SECRET_VALUE =
  /^Bearer\s+\S+|^eyJ[\w-]{10,}\.[\w-]+\.[\w-]+$|^(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{20,}|sk-[\w-]{32,}|dapi[0-9a-f]{32}|00[\w-]{40})$/;

export function findSecrets(value: unknown, path: readonly (string | number)[] = []): Fault[] {
  const key = path.at(-1);
  const secret =
    (typeof key === 'string' && SECRET_KEY.test(key) && typeof value === 'string') ||
    (typeof value === 'string' && SECRET_VALUE.test(value));
  if (secret) {
    return [
      {
        path: pathText(path),
        problem: 'looks like a token, which everybody who can read this repository could use',
        suggestion:
          "take it out, have it revoked, and give the new one to git's credential helper or SCIM_HOOK_TOKEN",
      },
    ];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => findSecrets(each, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => findSecrets(each, [...path, name]));
}
