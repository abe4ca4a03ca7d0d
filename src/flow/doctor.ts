// Everything that could stop it from working here: each check by itself, so that none hides another. Changes nothing.
import { parseAuditLine } from '../core/audit-record.ts';
import { checkStored, checkWorker } from '../core/checks/backlog.ts';
import { checkDirectory, checkLock } from '../core/checks/disk.ts';
import { checkEnvironment, checkGit } from '../core/checks/environment.ts';
import { checkLog } from '../core/checks/log.ts';
import { checkBundle } from '../core/checks/runtime.ts';
import { checkShipping } from '../core/checks/shipping.ts';
import type { Failure } from '../core/failure.ts';
import { byImportance, type Finding, fine, problem, type Speech, skipped } from '../core/finding.ts';
import { examineClone } from './doctor-clone.ts';
import { examineDirectory } from './doctor-directory.ts';
import { attempt, bug, type DoctorPorts } from './doctor-ports.ts';

/** As far back in the log as is looked for signs of somebody who changes back what we do. */
const HISTORY = 5_000;
/** Lines of the log whose chain is checked. */
const RECENT = 200;

export async function examine(ports: DoctorPorts): Promise<Finding[]> {
  const { look, home, clone } = ports;
  const tail = await look.logTail(`${home}/audit`, HISTORY);
  const history = (tail ?? []).flatMap((text) => parseAuditLine(text) ?? []);
  const machine = examineMachine(ports, tail);
  if (!clone.ok) return conclude([await machine, [outside(clone.failure, ports.speech)]]);
  const seen = await examineClone(ports, clone.value).catch((error: unknown) => ({
    findings: [bug('repository', error)],
    config: null,
  }));
  return conclude([
    await machine,
    [fine('repository', `${clone.value.place.path} is a repository of your own.`)],
    seen.findings,
    await attempt('endpoint', () => examineDirectory(ports, clone.value, seen.config, history)),
  ]);
}

/** Where a check found something, what is fine about it goes unsaid. */
function conclude(parts: readonly (readonly Finding[])[]): Finding[] {
  const all = parts.flat();
  const troubled = new Set(
    all.filter(({ state }) => state === 'problem' || state === 'warning').map(({ check }) => check),
  );
  return byImportance(
    all.filter(({ check, state }) => !troubled.has(check) || state === 'problem' || state === 'warning'),
  );
}

/** What doesn't need a repository. */
async function examineMachine(ports: DoctorPorts, tail: readonly string[] | null): Promise<Finding[]> {
  const { clock, look, git, speech, home, clone, version } = ports;
  const installed =
    clone.ok && clone.value.entries.some(({ scope, key }) => scope === 'local' && key === 'scim-hook.policy');
  const checks: Promise<Finding[]>[] = [
    attempt('environment', async () => checkEnvironment(ports.off)),
    attempt('git', async () => checkGit(await git.version())),
    attempt('bundle', async () => checkBundle(await look.bundle(), version, installed)),
    attempt('state', async () => checkDirectory('state', 'The state directory', await look.path(home))),
    attempt('lock', async () => {
      const lock = await look.path(`${home}/lock`);
      return checkLock({ lock, now: clock.now(), held: await look.age(lock.path) }, speech.span);
    }),
    attempt('ledger', async () => {
      const path = `${home}/ledger.json`;
      const mended = 'The next `scim-hook sync` puts it aside and rebuilds it from the audit log.';
      return checkStored('ledger', path, await look.stored(path, 'ledger'), mended);
    }),
    attempt('shipping', async () => checkShipping(await ports.shipping(), clock.now(), speech)),
    attempt('log', async () => {
      const file = await look.path(`${home}/audit/audit.jsonl`);
      return checkLog({ file, tail: tail === null ? null : tail.slice(0, RECENT) }, ports.sha256);
    }),
  ];
  if (clone.ok) {
    const path = `${clone.value.spool}/crash`;
    checks.push(
      attempt('worker', async () =>
        checkWorker({ path, text: await look.head(path), version, now: clock.now() }, speech),
      ),
    );
  }
  return (await Promise.all(checks)).flat();
}

function outside(failure: Failure, { words }: Speech): Finding {
  const { message, remedy } = words(failure);
  if (failure.code === 'no-repository')
    return skipped(
      'repository',
      `${message} Its hook, pins, rules, token, directory and spool can't be checked.`,
    );
  return failure.code === 'git-missing'
    ? skipped('repository', 'Without git, no repository can be checked.')
    : problem('repository', message, remedy);
}
