// A wake-up of every clone the ledger knows, and of those that are gone: what expired or lost its reason is given back.
import type { Failure } from '../core/failure.ts';
import { isOurs, type Ledger } from '../core/ledger.ts';
import type { Result } from '../core/result.ts';
import { type ClonesPorts, type Visited, visitClones } from './clones.ts';
import { type Settled, settle } from './settle.ts';

export type Swept = Visited<Settled>;

export const sweep = (ports: ClonesPorts): Promise<Result<readonly Swept[], Failure>> =>
  visitClones(ports, {
    do: (place, isLost) => settle(place.ports, place.entries, { kind: 'sweep', isLost }),
    hasWork,
  });

const hasWork = ({ leases, holdings, groups = [] }: Ledger, now: number): boolean =>
  groups.some(({ over }) => over) ||
  leases.some(({ expires }) => expires !== null && expires <= now) ||
  holdings.some((holding) => isOurs(holding) && (holding.state !== 'held' || leases.length === 0));
