// A wake-up of every clone the ledger knows, and of those that are gone: what expired or lost its reason is given back.
import type { Failure } from '../core/failure.ts';
import { isOurs, type Ledger } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import { type ClonesPorts, type Visited, visitClones } from './clones.ts';
import { type Settled, settle } from './settle.ts';

export type Swept = Visited<Settled>;

export interface SweepPorts extends ClonesPorts {
  /** Lets go of what the audit log needs no more. */
  retain(): Promise<Result<unknown, Failure>>;
}

export async function sweep(ports: SweepPorts): Promise<Result<readonly Swept[], Failure>> {
  const swept = await visitClones(ports, {
    do: (place, isLost) => settle(place.ports, place.entries, { kind: 'sweep', isLost }),
    hasWork,
  });
  if (!swept.ok) return swept;
  const retained = await ports.retain();
  if (retained.ok) return swept;
  return ok([...swept.value, { commonDir: null, repo: '', gone: false, done: retained }]);
}

const hasWork = ({ leases, holdings, groups = [] }: Ledger, now: number): boolean =>
  groups.some(({ over }) => over) ||
  leases.some(({ expires }) => expires !== null && expires <= now) ||
  holdings.some((holding) => isOurs(holding) && (holding.state !== 'held' || leases.length === 0));
