// What `doctor` has to look with, and how one check is kept from hiding another.
import type { Sha256 } from '../core/audit-record.ts';
import type { ShippingFacts } from '../core/checks/shipping.ts';
import type { Failure } from '../core/failure.ts';
import { type CheckName, type Finding, problem, type Speech } from '../core/finding.ts';
import type { Place } from '../core/lease.ts';
import type { Way } from '../core/proxy.ts';
import type { Result } from '../core/result.ts';
import type { ParseSpan } from '../core/retention.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { InstallPorts } from './install.ts';
import type { GitLookout, Lookout, Prober } from './lookout-ports.ts';
import type { Clock } from './ports.ts';

export interface DoctorPorts {
  readonly clock: Clock;
  readonly look: Lookout;
  readonly git: GitLookout;
  readonly prober: Prober;
  /** How requests go to an endpoint. */
  readonly way: (endpoint: string) => Way;
  readonly speech: Speech;
  readonly parseSpan: ParseSpan;
  readonly sha256: Sha256;
  readonly version: string;
  /** SCIM_HOOK=0. */
  readonly off: boolean;
  /** How it stands with what is shipped. */
  readonly shipping: () => Promise<ShippingFacts>;
  /** The state directory: as pinned in the clone, else as the environment says. */
  readonly home: string;
  /** Why there is none, where somebody stands outside of one. */
  readonly clone: Result<DoctorClone, Failure>;
}

export interface DoctorClone {
  readonly ports: InstallPorts;
  readonly entries: readonly ConfigEntry[];
  readonly place: Place;
  /** The spool's directory. */
  readonly spool: string;
  /** The pid of a living worker. */
  worker(): number | null;
}

/** One check; a bug in it is its own problem, and hides no other. */
export async function attempt(check: CheckName, run: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await run()].flat();
  } catch (error) {
    return [bug(check, error)];
  }
}

export function bug(check: CheckName, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return problem(check, `This could not be checked: ${why}.`, 'This is a bug, please report it.');
}
