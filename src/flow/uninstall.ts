// Gives this clone's leases back, then takes out exactly what install put in.
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { InstallPorts } from './install.ts';
import { type Settled, settle } from './settle.ts';

export interface Uninstalled {
  readonly settled: Settled | null;
  readonly hook: 'taken' | 'absent';
}

export async function uninstall(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  { keepLeases }: { readonly keepLeases: boolean },
  waited?: () => void,
): Promise<Result<Uninstalled, Failure>> {
  const found = await ports.hook.inspect();
  if (!found.ok) return found;
  const { owner } = found.value;
  if (owner === 'ours-edited') return fail({ code: 'hook-edited', path: ports.hook.path });
  const { commonDir } = ports.repository;
  let settled: Settled | null = null;
  if (!keepLeases) {
    const given = await settle(
      ports,
      entries,
      { kind: 'revoke', which: (lease) => lease.commonDir === commonDir },
      waited,
    );
    if (!given.ok) return given;
    settled = given.value;
    const owed = settled.reports.filter(
      ({ outcome, change }) => outcome === 'owed' && change.op === 'remove',
    );
    // Without the hook nobody would come back for it.
    if (owed.length > 0)
      return fail({ code: 'still-owed', names: owed.map(({ change }) => change.item.name) });
  }
  if (readSettings(entries).pins !== null) {
    const written = await ports.state.withLock(() =>
      ports.audit.append([{ kind: 'uninstall', at: new Date(ports.clock.now()).toISOString() }]),
    );
    if (!written.ok) return written;
  }
  const { madeHooksDirectory } = await ports.ground.notes();
  const taken = owner === 'ours' ? await ports.hook.take(madeHooksDirectory) : ok(undefined);
  if (!taken.ok) return taken;
  const unpinned = await ports.git.unpin();
  if (!unpinned.ok) return unpinned;
  const cleared = await ports.ground.clear();
  return cleared.ok ? ok({ settled, hook: owner === 'ours' ? 'taken' : 'absent' }) : cleared;
}
