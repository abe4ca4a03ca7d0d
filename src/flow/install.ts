// Puts the hook in place and pins what a person accepted; then has git itself prove that it would run it.
import type { Config, SubjectAttribute } from '../core/config.ts';
import { isLoopback, parseEndpoint } from '../core/endpoint.ts';
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { repositoryId } from '../core/repository-id.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, type Pins, readSettings } from '../core/settings.ts';
import type { Mode } from '../core/vocabulary.ts';
import { choosePolicy } from './choose-policy.ts';
import type { GitSetup, Ground, HookFile, Ports } from './ports.ts';

export interface InstallPorts extends Ports {
  readonly git: GitSetup;
  readonly hook: HookFile;
  readonly ground: Ground;
}

export interface InstallOptions {
  readonly place: Place;
  /** Absolute path of the Node to run the worker with. */
  readonly node: string;
  readonly home: string;
  readonly endpoint: string | null;
  readonly policy: string | null;
  readonly mode: Mode | null;
  /** `--yes`: nobody is asked. */
  readonly yes: boolean;
  readonly newId: () => string;
  /** Shows what would be trusted, and asks; null where nobody can be asked. */
  readonly confirm: ((proposal: Proposal) => Promise<boolean>) | null;
}

/** What a person is asked to trust. Nothing is sent to the endpoint before they do. */
export interface Proposal {
  readonly endpoint: string;
  /** The value that the subject is looked up by. */
  readonly subject: string;
  readonly policy: string;
  /** In words for people: which file, at which branch. */
  readonly where: string;
  readonly mode: Mode;
  /** The subject resolves to another id than the one that was pinned. */
  readonly changedId: { readonly pinned: string; readonly found: string } | null;
}

export interface Installed extends Omit<Proposal, 'changedId'> {
  readonly subjectId: string;
  readonly hook: string;
  readonly home: string;
  /** Git ran the hook and the hook wrote to the spool. Null: this git can't be asked (before 2.36). */
  readonly proved: boolean | null;
  readonly rules: number;
}

export async function install(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  options: InstallOptions,
): Promise<Result<Installed, Failure>> {
  const free = await checkHook(ports);
  if (!free.ok) return free;
  const chosen = await choosePolicy(ports, options);
  if (!chosen.ok) return chosen;
  const { pin, where, config } = chosen.value;
  const endpoint = chooseEndpoint(entries, config, where, options);
  if (!endpoint.ok) return endpoint;
  const subject = await ports.git.effective(config.subject.from.replace(/^git:/, ''));
  if (subject === null) return fail({ code: 'subject-unset', from: config.subject.from });
  const settings = readSettings(entries);
  const mode = options.mode ?? settings.mode;
  const proposal: Proposal = { endpoint: endpoint.value, subject, policy: pin, where, mode, changedId: null };
  const accepted = await accept(settings.pins, proposal, options);
  if (!accepted.ok) return accepted;
  const subjectId = await findSubject(ports, config, endpoint.value, subject);
  if (!subjectId.ok) return subjectId;
  const still = await acceptId(settings.pins, proposal, subjectId.value, options);
  if (!still.ok) return still;
  const pins: Pins = { endpoint: endpoint.value, subject, subjectId: subjectId.value, policy: pin };
  const done = await putInPlace(ports, entries, pins, mode, options);
  if (!done.ok) return done;
  const proved = await prove(ports, options.place);
  if (!proved.ok) return proved;
  const { hook } = ports;
  return ok({
    ...pins,
    where,
    mode,
    hook: hook.path,
    home: options.home,
    proved: proved.value,
    rules: config.rules.length,
  });
}

async function checkHook({ git, hook }: InstallPorts): Promise<Result<void, Failure>> {
  const hooks = await git.hooks();
  if (!hooks.ok) return hooks;
  const { directory, elsewhere } = hooks.value;
  if (elsewhere !== null) return fail({ code: 'hooks-elsewhere', path: directory, origin: elsewhere });
  const found = await hook.inspect();
  if (!found.ok) return found;
  if (found.value.owner === 'foreign') return fail({ code: 'hook-exists', path: hook.path });
  return found.value.owner === 'ours-edited' ? fail({ code: 'hook-edited', path: hook.path }) : ok(undefined);
}

/** `--yes` alone accepts a loopback endpoint, or one that the machine's owner pinned for everybody. */
function chooseEndpoint(
  entries: readonly ConfigEntry[],
  config: Config,
  where: string,
  options: InstallOptions,
): Result<string, Failure> {
  const { sharedEndpoint, pins } = readSettings(entries);
  const asked = options.endpoint ?? config.endpoint ?? sharedEndpoint;
  if (asked === null) return fail({ code: 'endpoint-missing', where });
  const parsed = parseEndpoint(asked);
  if (!parsed.ok) return fail({ code: 'endpoint-invalid', endpoint: asked, problem: parsed.failure });
  const endpoint = parsed.value;
  const proposed = config.endpoint === null ? null : parseEndpoint(config.endpoint);
  if (proposed?.ok === true && proposed.value !== endpoint) {
    return fail({ code: 'endpoint-differs', asked: endpoint, proposed: proposed.value, where });
  }
  const named =
    options.endpoint !== null ||
    endpoint === pins?.endpoint ||
    endpoint === sharedEndpoint ||
    isLoopback(endpoint);
  return options.yes && !named ? fail({ code: 'endpoint-unnamed', endpoint }) : ok(endpoint);
}

/** Read once, at trust: which resource of the directory the person is. */
async function findSubject(
  { connector }: InstallPorts,
  { subject: { attribute }, timeout }: Config,
  endpoint: string,
  value: string,
): Promise<Result<string, Failure>> {
  const found = await connector.connect(endpoint, { pinned: true, timeout }).findSubjects(attribute, value);
  if (!found.ok) return found;
  return single(found.value, attribute, value, endpoint);
}

function single(
  found: readonly { readonly id: string; readonly active: boolean }[],
  attribute: SubjectAttribute,
  value: string,
  endpoint: string,
): Result<string, Failure> {
  const [subject, ...others] = found;
  if (subject === undefined) return fail({ code: 'unknown-subject', attribute, value, endpoint });
  if (others.length > 0) return fail({ code: 'ambiguous-subject', attribute, value, count: found.length });
  if (!subject.active) return fail({ code: 'inactive-subject', value });
  return ok(subject.id);
}

async function accept(
  pinned: Pins | null,
  proposal: Proposal,
  options: InstallOptions,
): Promise<Result<void, Failure>> {
  const unchanged =
    pinned?.endpoint === proposal.endpoint &&
    pinned.subject === proposal.subject &&
    pinned.policy === proposal.policy;
  return unchanged ? ok(undefined) : confirmed(proposal, options);
}

/** The same name, but another account: somebody left, and the name was given again, or the directory is another. */
async function acceptId(
  pinned: Pins | null,
  proposal: Proposal,
  found: string,
  options: InstallOptions,
): Promise<Result<void, Failure>> {
  const asked =
    pinned === null || pinned.endpoint !== proposal.endpoint || pinned.subject !== proposal.subject;
  if (asked || pinned.subjectId === found) return ok(undefined);
  return confirmed({ ...proposal, changedId: { pinned: pinned.subjectId, found } }, options);
}

async function confirmed(
  proposal: Proposal,
  { yes, confirm }: InstallOptions,
): Promise<Result<void, Failure>> {
  if (yes) return ok(undefined);
  if (confirm === null) return fail({ code: 'not-confirmed' });
  return (await confirm(proposal)) ? ok(undefined) : fail({ code: 'declined' });
}

async function putInPlace(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  pins: Pins,
  mode: Mode,
  { node, home, mode: asked, newId }: InstallOptions,
): Promise<Result<void, Failure>> {
  const known = readSettings(entries).pins;
  const worker = await ports.ground.placeWorker();
  if (!worker.ok) return worker;
  const stored = repositoryId(entries);
  const pinned = await ports.git.pin({
    'scim-hook.endpoint': pins.endpoint,
    'scim-hook.subject': pins.subject,
    'scim-hook.subjectId': pins.subjectId,
    'scim-hook.policy': pins.policy,
    'scim-hook.home': home,
    ...(asked === null ? {} : { 'scim-hook.mode': asked }),
    ...(stored === null ? { 'scim-hook.repository': newId() } : {}),
  });
  if (!pinned.ok) return pinned;
  const laid = await ports.ground.lay({ madeHooksDirectory: false });
  if (!laid.ok) return laid;
  const put = await ports.hook.put(node);
  if (!put.ok) return put;
  const noted = put.value.madeDirectory
    ? await ports.ground.lay({ madeHooksDirectory: true })
    : ok(undefined);
  if (!noted.ok) return noted;
  return writeDown(ports, entries, pins, mode, known === null);
}

async function writeDown(
  { audit, state, clock }: InstallPorts,
  entries: readonly ConfigEntry[],
  { endpoint, subject, subjectId, policy }: Pins,
  mode: Mode,
  first: boolean,
): Promise<Result<void, Failure>> {
  const device = await state.device(true);
  if (!device.ok) return device;
  const at = new Date(clock.now()).toISOString();
  const repo = repositoryId(entries);
  const line = {
    at,
    endpoint,
    subject,
    subjectId,
    mode,
    device: device.value,
    ...(repo === null ? {} : { repo }),
    policy,
  };
  const locked = await state.withLock(() => audit.append([{ ...line, kind: first ? 'install' : 'trust' }]));
  return locked.ok ? locked.value : locked;
}

/** Has git run the hook for the branch that is checked out: the proof, and the first sync. */
async function prove(
  { git, ground, hook }: InstallPorts,
  place: Place,
): Promise<Result<boolean | null, Failure>> {
  const before = await ground.spoolSize();
  const ran = await git.runHook(place);
  if (ran === null) return ok(null);
  if (ran.status === 0 && (await ground.spoolSize()) > before) return ok(true);
  const detail =
    ran.status === 0 ? 'git ran, but nothing reached the spool' : ran.output.trim().slice(0, 300);
  return fail({ code: 'hook-not-run', path: hook.path, detail });
}
