// Which key signs a checkpoint: the one that git signs commits with, if that is an SSH key.
import { fail, ok, type Result } from '../result.ts';
import type { ProofFailure } from './proof-failure.ts';

/** As git has it: a file, or a public key whose private half an agent holds. */
export type SigningKey =
  | { readonly is: 'file'; readonly path: string }
  | { readonly is: 'literal'; readonly key: string };

/** How public keys begin; git takes such a value for the key itself. */
const LITERAL = /^(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ /;

/** `key`: user.signingKey; `format`: gpg.format; `home` stands for `~`. */
export function signingKey(
  key: string | null,
  format: string | null,
  home: string,
): Result<SigningKey, ProofFailure> {
  if (format !== null && format !== 'ssh') return fail({ code: 'signing-format', format });
  if (key === null || key === '') return fail({ code: 'signing-key-unset', format });
  if (key.startsWith('key::')) return ok({ is: 'literal', key: key.slice('key::'.length) });
  if (LITERAL.test(key)) return ok({ is: 'literal', key });
  return ok({ is: 'file', path: expanded(key, home) });
}

/** A path from git's config. */
export const expanded = (path: string, home: string): string =>
  path.startsWith('~/') ? `${home}/${path.slice(2)}` : path;
