// The names that a clone knows, for completion: from git, the ledger and the rules that count, never from the network.

import { isOurs } from '../../core/ledger.ts';
import { isTemplate } from '../../core/name-pattern.ts';
import { readSettings } from '../../core/settings.ts';
import type { Here } from '../../wire/here.ts';
import { span } from '../time.ts';
import type { Candidate, Kind } from './ask.ts';

export async function namesOf(kind: Kind, here: Here): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'branches':
      return branches(here);
    case 'refs':
      return refs(here);
    case 'leases':
      return leases(here);
    case 'grants':
      return grants(here);
  }
}

/** Those of remotes too: rules go by names, and a job in CI may have no branch of its own. */
async function branches(here: Here): Promise<Candidate[]> {
  const names = await here.branchNames();
  return names.ok ? names.value.map((name) => ({ name, about: '' })) : [];
}

/** The best ones first, as install would choose; then every other branch of this clone. */
async function refs(here: Here): Promise<Candidate[]> {
  const [wished, own] = await Promise.all([here.git.policyRefs(), here.ports.repository.branches()]);
  const local = own.ok ? own.value.map(({ name }) => `refs/heads/${name}`) : [];
  const names = [...(wished.ok ? wished.value.proposed : []), ...local];
  return [...new Set(names)].map((name) => ({ name, about: '' }));
}

async function leases({ ports }: Here): Promise<Candidate[]> {
  const ledger = await ports.state.readLedger();
  if (!ledger.ok || ledger.value === null) return [];
  const now = ports.clock.now();
  return ledger.value.leases.map(({ id, branch, expires }) => ({
    name: id,
    about: expires === null ? branch : `${branch}, ${span(expires - now)} left`,
  }));
}

/** What the rules here grant, and what is held already, by whatever rule it came. */
async function grants({ ports, entries }: Here): Promise<Candidate[]> {
  const found = new Map<string, string>();
  const pinned = readSettings(entries).pins?.policy;
  const file = await ports.repository.policy(pinned ?? 'sha256:');
  const config =
    file.ok && file.value.state === 'found'
      ? await ports.config.parse(file.value.file, file.value.text)
      : null;
  for (const rule of config?.ok ? config.value.rules : [])
    for (const target of rule.grant)
      if (!isTemplate(target.name)) found.set(target.name, `${target.kind}, rule ${rule.name}`);
  const ledger = await ports.state.readLedger();
  for (const holding of ledger.ok && ledger.value !== null ? ledger.value.holdings : [])
    if (isOurs(holding) && !found.has(holding.item.name)) found.set(holding.item.name, holding.item.kind);
  return [...found].map(([name, about]) => ({ name, about }));
}
