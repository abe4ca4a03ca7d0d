// Gives this clone's leases back, then takes out exactly what install put in.
import type { Failure } from '../core/failure.ts';
import { type HookFacts, stateOf } from '../core/hook-place.ts';
import { hasSection } from '../core/lefthook-section.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { InstallPorts } from './install.ts';
import { lookAtHook, takeHook } from './place-hook.ts';
import { type Settled, settle } from './settle.ts';
import type { Placed } from './setup-ports.ts';

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
  const facts = await lookAtHook(ports);
  if (!facts.ok) return facts;
  const { state, path } = stateOf(facts.value, false, ports.hooks.sha256);
  if (state === 'edited') return fail({ code: 'hook-edited', path });
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
  const placed = await ports.ground.placed();
  const taken = await takeHook(ports, placed.length > 0 ? placed : unnoted(facts.value));
  if (!taken.ok) return taken;
  const unpinned = await ports.git.unpin();
  if (!unpinned.ok) return unpinned;
  const cleared = await ports.ground.clear();
  return cleared.ok ? ok({ settled, hook: taken.value ? 'taken' : 'absent' }) : cleared;
}

/** The notes are lost: what is ours where only this clone's hooks are. A shared file may have had its block before us. */
function unnoted(facts: HookFacts): Placed[] {
  const { hook, legacy, lefthook, config, shared } = facts;
  const ours = [
    ...(shared ? [] : [hook.path, legacy.path]).map((path) => ({ how: 'file' as const, path })),
    ...(hasSection(lefthook.local) ? [{ how: 'lefthook' as const, path: lefthook.path }] : []),
    ...(config?.ours === true ? [{ how: 'config' as const, path: '' }] : []),
  ];
  return ours.map((each) => ({ ...each, made: true, madeDirectory: false, mode: null, hidden: null }));
}
