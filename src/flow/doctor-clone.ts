// The part of `doctor` that is about one clone: hook, pins, rules, spool. Reads it as a wake-up would, through ports that only look.
import { checkFormat, checkGaps, checkOwed, checkSpool, checkStored } from '../core/checks/backlog.ts';
import { checkAllow, checkMode } from '../core/checks/bounds.ts';
import { checkDirectory, type PathFacts } from '../core/checks/disk.ts';
import { checkHook } from '../core/checks/hook.ts';
import { checkKeep } from '../core/checks/keep.ts';
import { checkPins } from '../core/checks/pins.ts';
import { checkPolicy } from '../core/checks/policy.ts';
import { checkBranches, checkRules } from '../core/checks/rules.ts';
import { checkNode, NO_HOOK_NODE, nodeInHook } from '../core/checks/runtime.ts';
import type { Config } from '../core/config.ts';
import type { Failure } from '../core/failure.ts';
import { type CheckName, type Finding, fine, problem, skipped } from '../core/finding.ts';
import { EMPTY_LEDGER } from '../core/ledger.ts';
import { repositoryId } from '../core/repository-id.ts';
import { ok } from '../core/result.ts';
import { readSettings } from '../core/settings.ts';
import { attempt, type DoctorClone, type DoctorPorts } from './doctor-ports.ts';
import type { InstallPorts } from './install.ts';
import type { AuditLog, Spool, State } from './ports.ts';
import { takeStanding } from './standing.ts';
import { type Survey, survey } from './survey.ts';

export interface ExaminedClone {
  readonly findings: readonly Finding[];
  /** The rules, where they may be followed. */
  readonly config: Config | null;
}

export async function examineClone(doctor: DoctorPorts, clone: DoctorClone): Promise<ExaminedClone> {
  const { entries } = clone;
  const ports = lookingOnly(clone.ports);
  const standing = await takeStanding(ports, entries);
  const config =
    standing.ok && standing.value.policy.state === 'trusted' ? standing.value.policy.config : null;
  const found = await survey(ports, entries, clone.place.gitDir);
  const parts = await Promise.all([
    attempt('hook', async () =>
      found.ok
        ? checkHook(found.value.hook.state, found.value.hook.path)
        : unread(doctor, 'hook', found.failure),
    ),
    attempt('node', async () => (found.ok ? examineNode(doctor, clone, found.value.hook) : NO_HOOK_NODE)),
    attempt('pins', async () => checkPins(entries, await doctor.git.everywhere())),
    attempt('policy', async () => {
      if (!standing.ok) return unread(doctor, 'policy', standing.failure);
      const { policy, faults, settings } = standing.value;
      const key = config?.subject.from.replace(/^git:/, '') ?? null;
      const subject = key === null ? null : { key, value: await clone.ports.git.effective(key) };
      return checkPolicy({ pins: settings.pins, policy, faults, subject }, doctor.speech);
    }),
    attempt('mode', async () => checkMode(entries)),
    attempt('allow', async () => checkAllow(entries, config)),
    attempt('rules', async () =>
      config === null ? skipped('rules', 'No rules can be read.') : checkRules(config),
    ),
    attempt('branches', async () => {
      const branches = await ports.repository.branches();
      if (!branches.ok) return unread(doctor, 'branches', branches.failure);
      return config === null
        ? skipped('branches', 'No rules can be read.')
        : checkBranches(
            config,
            branches.value.map(({ name }) => name),
          );
    }),
    attempt('spool', () => examineSpool(doctor, clone)),
    attempt('log', async () => checkKeep(entries, doctor.parseSpan, doctor.speech)),
    attempt('owed', () => examineOwed(doctor, clone)),
  ]);
  return { findings: parts.flat(), config };
}

const unread = ({ speech }: DoctorPorts, check: CheckName, failure: Failure): Finding => {
  const { message, remedy } = speech.words(failure);
  return problem(check, message, remedy);
};

/** Reading the real ones may make a device id, or put a damaged file aside: that is for whoever repairs. */
function lookingOnly(ports: InstallPorts): InstallPorts {
  const state: State = { ...ports.state, device: async () => ok(''), readLedger: async () => ok(null) };
  const claim = {
    lines: [],
    progress: { heads: {}, open: [], unlogged: [] },
    commit: async () => ok(undefined),
  };
  const spool: Spool = { claim: async () => ok(claim) };
  const nothing: AuditLog['readBack'] = async function* () {};
  return { ...ports, state, spool, audit: { ...ports.audit, readBack: nothing } };
}

/** Only what is ours is started; what somebody changed could name anything. */
async function examineNode(
  { look }: DoctorPorts,
  { spool }: DoctorClone,
  hook: Survey['hook'],
): Promise<Finding> {
  if (hook.state !== 'runs' && hook.state !== 'not-executable') return NO_HOOK_NODE;
  // What stands in somebody else's hook starts the one that lies beside the spool.
  const texts = [await look.head(hook.path), await look.head(`${spool}/hook`)];
  const wanted = texts.map((text) => nodeInHook(text ?? '')).find((node) => node !== null);
  if (wanted === undefined) return skipped('node', "The hook's own text doesn't say which Node it starts.");
  return checkNode({ wanted, ...(await look.program(wanted)) }, await look.program('node'));
}

async function examineSpool(doctor: DoctorPorts, clone: DoctorClone): Promise<Finding[]> {
  const { look, clock, speech } = doctor;
  const directory = await look.path(clone.spool);
  const trusted = readSettings(clone.entries).pins !== null;
  if (directory.kind === 'absent')
    return trusted
      ? [
          problem(
            'spool',
            `The spool ${clone.spool} is gone, so no switch is noted.`,
            '`scim-hook install` makes it again.',
          ),
        ]
      : [skipped('spool', 'There is no spool yet; install makes it.')];
  const file = await look.path(`${clone.spool}/spool`);
  const progress = `${clone.spool}/progress.json`;
  const stored = checkStored(
    'spool',
    progress,
    await look.stored(progress, 'progress'),
    'Nothing to do: the next `scim-hook sync` puts it aside and reads anew where HEAD is.',
  );
  const findings = [checkDirectory('spool', 'The spool', directory), ...checkFile(file), stored];
  if (findings.some(({ state }) => state === 'problem' || state === 'warning')) return findings;
  const { path } = file;
  const newer = file.kind === 'file' ? checkFormat(path, (await look.tail(path, LINES)) ?? []) : null;
  const claim = await clone.ports.spool.claim();
  if (!claim.ok) return [unread(doctor, 'spool', claim.failure)];
  const facts = {
    waiting: claim.value.lines.length,
    since: Math.max(0, ...claim.value.lines.map(({ at }) => at)),
    open: claim.value.progress.open,
    worker: clone.worker(),
    now: clock.now(),
  };
  const repo = repositoryId(clone.entries) ?? clone.ports.repository.commonDir;
  const log = (await look.logTail(`${doctor.home}/audit`, LINES)) ?? [];
  const more = [newer, checkGaps(log, repo, clock.now(), speech)].filter((each) => each !== null);
  const waiting = checkSpool(facts, speech);
  return waiting.state === 'ok' && more.length > 0 ? more : [waiting, ...more];
}

/** As far back as is worth a look. */
const LINES = 2_000;

function checkFile({ path, kind, mine, readable, writable }: PathFacts): Finding[] {
  if (kind === 'absent') return [];
  if (kind !== 'file')
    return [
      problem(
        'spool',
        `${path} is no file, so nothing can be noted in it.`,
        'Move away what is in its place, then run `scim-hook install`.',
      ),
    ];
  if (mine && readable && writable) return [fine('spool', `${path} can be read and written.`)];
  const why = mine ? `can't be ${readable ? 'written to' : 'read'}` : 'belongs to somebody else';
  return [
    problem(
      'spool',
      `${path} ${why}, so switches are lost.`,
      `Make it yours: \`sudo chown "$(id -un)" '${path}'; chmod 600 '${path}'\`.`,
    ),
  ];
}

async function examineOwed({ look, clock, speech, home }: DoctorPorts, clone: DoctorClone): Promise<Finding> {
  const stored = await look.stored(`${home}/ledger.json`, 'ledger');
  if (stored.is === 'absent') return fine('owed', 'Nothing is owed back.');
  if (stored.is !== 'whole')
    return skipped('owed', 'What is owed back stands in the ledger, which is damaged or too new.');
  const ledger = await clone.ports.state.readLedger();
  return checkOwed(ledger.ok ? (ledger.value ?? EMPTY_LEDGER) : EMPTY_LEDGER, clock.now(), speech);
}
