// Gives this clone's leases back, then takes out exactly what install put in.
import type { Failure } from '../core/failure.ts';
import { CONFIG_PLACE, type HookFacts, stateOf } from '../core/hook-place.ts';
import { hasSection } from '../core/lefthook-section.ts';
import { repositoryId } from '../core/repository-id.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { InstallPorts } from './install.ts';
import { lookAtHook, takeHook } from './place-hook.ts';
import { type Settled, settle } from './settle.ts';
import type { Placed } from './setup-ports.ts';
import { PINNED_KEYS } from './trust.ts';

export interface Uninstalled {
  readonly settled: Settled | null;
  /** `left`: a committed one stays, which is the team's and does nothing here by now. */
  readonly hook: 'taken' | 'left' | 'absent';
  /** Where the hook is that was left. */
  readonly path: string | null;
}

export async function uninstall(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  { keepLeases }: { readonly keepLeases: boolean },
  waited?: () => void,
): Promise<Result<Uninstalled, Failure>> {
  const facts = await lookAtHook(ports);
  if (!facts.ok) return facts;
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
  // Only now: what somebody did to the hook keeps nobody's access.
  const { state, path } = stateOf(facts.value, false, ports.hooks.sha256);
  if (state === 'edited') return fail({ code: 'hook-edited', path });
  if (readSettings(entries).pins !== null) {
    const device = await ports.state.device(false);
    const repo = repositoryId(entries);
    const line = {
      kind: 'uninstall',
      at: new Date(ports.clock.now()).toISOString(),
      ...(device.ok && device.value !== '' ? { device: device.value } : {}),
      ...(repo === null ? {} : { repo }),
    } as const;
    const written = await ports.state.withLock(() => ports.audit.append([line]));
    if (!written.ok) return written;
  }
  const { placed, setMode } = await ports.ground.notes();
  const known = new Set(placed.map((each) => each.path));
  // Other tools move files: pre-commit puts what lay beside its hook back in its place when it goes.
  const all = [...placed, ...unnoted(facts.value).filter((each) => !known.has(each.path))];
  const taken = await takeHook(ports, all);
  if (!taken.ok) return taken;
  const unpinned = await ports.git.unpin([...PINNED_KEYS, ...(setMode ? ['scim-hook.mode'] : [])]);
  if (!unpinned.ok) return unpinned;
  const cleared = await ports.ground.clear();
  if (!cleared.ok) return cleared;
  if (taken.value) return ok({ settled, hook: 'taken', path: null });
  return ok(state === 'runs' ? { settled, hook: 'left', path } : { settled, hook: 'absent', path: null });
}

/** What is ours where only this clone's hooks are. A shared file may have had its block before us. */
function unnoted(facts: HookFacts): Placed[] {
  const { hook, legacy, lefthook, config, shared } = facts;
  const ours = [
    ...(shared ? [] : [hook.path, legacy.path]).map((path) => ({ how: 'file' as const, path })),
    ...(hasSection(lefthook.local) ? [{ how: 'lefthook' as const, path: lefthook.path }] : []),
    ...(config?.ours === true ? [{ how: 'config' as const, path: CONFIG_PLACE }] : []),
  ];
  return ours.map((each) => ({ ...each, made: true, madeDirectory: false, mode: null, hidden: null }));
}
