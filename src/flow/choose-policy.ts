// Which rules will count: the ref to pin, chosen at install, and what stands there.
import type { Config } from '../core/config.ts';
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { PolicyFile, Ports } from './ports.ts';
import type { GitSetup } from './setup-ports.ts';
import { whereOf } from './standing.ts';

export type ChoosingPorts = Pick<Ports, 'repository' | 'config'> & { readonly git: GitSetup };

export interface Chosen {
  readonly pin: string;
  readonly where: string;
  readonly config: Config;
  readonly text: string;
}

export interface Choice {
  /** The one that was named; no other counts then. */
  readonly policy: string | null;
  /** A pin that goes before what git would propose, as long as it holds the file. */
  readonly kept?: string | null;
  readonly place: Place;
}

/** The remote's default branch where it holds the file, else a local branch that does, else the file as it lies there. */
export async function choosePolicy(
  ports: ChoosingPorts,
  { policy, kept = null, place }: Choice,
): Promise<Result<Chosen, Failure>> {
  const refs = await (policy === null ? proposedRefs(ports, kept) : ok([policy]));
  if (!refs.ok) return refs;
  if (policy !== null && !/^refs\/(heads|remotes)\/./.test(policy)) {
    return fail({ code: 'policy-ref-invalid', ref: policy, problem: 'is not the full name of a branch' });
  }
  for (const ref of refs.value) {
    const read = await ports.repository.policy(ref);
    if (!read.ok) return read;
    if (read.value.state === 'found') return parse(ports, ref, read.value);
    if (policy !== null) {
      const problem = read.value.state === 'ref-gone' ? 'does not exist here' : 'holds no config file';
      return fail({ code: 'policy-ref-invalid', ref, problem });
    }
  }
  const held = await ports.repository.committed();
  if (!held.ok) return held;
  // Of a branch that nobody would propose, so its content alone would count no more than the branch does.
  if (held.value !== null) return fail({ code: 'policy-unnamed', ref: held.value });
  // Asked for as a file that is accepted by its content; which content is seen only now.
  const read = await ports.repository.policy('sha256:');
  if (!read.ok) return read;
  if (read.value.state !== 'found') return fail({ code: 'config-missing', directory: place.path });
  return parse(ports, `sha256:${read.value.blob}`, read.value);
}

async function proposedRefs(
  { git }: Pick<ChoosingPorts, 'git'>,
  kept: string | null,
): Promise<Result<readonly string[], Failure>> {
  const refs = await git.policyRefs();
  if (!refs.ok) return refs;
  return ok([...(kept?.startsWith('refs/') === true ? [kept] : []), ...refs.value.proposed]);
}

async function parse(
  ports: ChoosingPorts,
  pin: string,
  file: PolicyFile & { state: 'found' },
): Promise<Result<Chosen, Failure>> {
  const where = whereOf(pin, file.file);
  const parsed = await ports.config.parse(file.file, file.text);
  return parsed.ok
    ? ok({ pin, where, config: parsed.value, text: file.text })
    : fail({ code: 'config-invalid', where, faults: parsed.failure });
}
