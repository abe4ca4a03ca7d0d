// Puts the hook in place and pins what a person accepted; then has git itself prove that it would run it.
import type { Config, SubjectAttribute } from '../core/config.ts';
import { isLoopback, parseEndpoint } from '../core/endpoint.ts';
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { repositoryId } from '../core/repository-id.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { Mode } from '../core/vocabulary.ts';
import type { GitSetup, Ground, HookFile, PolicyFile, Ports } from './ports.ts';
import { whereOf } from './standing.ts';

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

/** What a person is asked to trust. */
export interface Proposal {
  readonly endpoint: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly policy: string;
  /** In words for people: which file, at which branch. */
  readonly where: string;
  readonly mode: Mode;
}

export interface Installed extends Proposal {
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
  const subject = await chooseSubject(ports, config, endpoint.value);
  if (!subject.ok) return subject;
  const settings = readSettings(entries);
  const mode = options.mode ?? settings.mode;
  const proposal: Proposal = { endpoint: endpoint.value, ...subject.value, policy: pin, where, mode };
  const accepted = await accept(settings.pins, proposal, options);
  if (!accepted.ok) return accepted;
  const done = await putInPlace(ports, entries, proposal, options);
  if (!done.ok) return done;
  const proved = await prove(ports, options.place);
  if (!proved.ok) return proved;
  return ok({
    ...proposal,
    hook: ports.hook.path,
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

interface Chosen {
  readonly pin: string;
  readonly where: string;
  readonly config: Config;
}

/** The remote's default branch where it holds the file, else a local branch that does, else the file as it lies there. */
async function choosePolicy(
  ports: InstallPorts,
  { policy, place }: InstallOptions,
): Promise<Result<Chosen, Failure>> {
  const refs = policy === null ? await ports.git.policyRefs() : ok([policy]);
  if (!refs.ok) return refs;
  if (policy !== null && !/^refs\/(heads|remotes)\/./.test(policy)) {
    return fail({ code: 'policy-ref-invalid', ref: policy, problem: 'is not the full name of a branch' });
  }
  for (const ref of refs.value) {
    const read = await ports.repository.policy(ref);
    if (!read.ok) return read;
    if (read.value.state === 'found') return parse(ports, ref, read.value);
    if (policy !== null) {
      const problem = read.value.state === 'ref-gone' ? 'does not exist here' : 'holds no config file';
      return fail({ code: 'policy-ref-invalid', ref, problem });
    }
  }
  // Asked for as a file that is accepted by its content; which content is seen only now.
  const read = await ports.repository.policy('sha256:');
  if (!read.ok) return read;
  if (read.value.state !== 'found') return fail({ code: 'config-missing', directory: place.path });
  return parse(ports, `sha256:${read.value.blob}`, read.value);
}

async function parse(
  ports: InstallPorts,
  pin: string,
  file: PolicyFile & { state: 'found' },
): Promise<Result<Chosen, Failure>> {
  const where = whereOf(pin, file.file);
  const parsed = await ports.config.parse(file.file, file.text);
  return parsed.ok
    ? ok({ pin, where, config: parsed.value })
    : fail({ code: 'config-invalid', where, faults: parsed.failure });
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

/** Read once, at trust: who the person is, and which resource of the directory that is. */
async function chooseSubject(
  { git, connector }: InstallPorts,
  { subject: { attribute, from }, timeout }: Config,
  endpoint: string,
): Promise<Result<{ subject: string; subjectId: string }, Failure>> {
  const value = await git.effective(from.replace(/^git:/, ''));
  if (value === null) return fail({ code: 'subject-unset', from });
  const found = await connector.connect(endpoint, { pinned: true, timeout }).findSubjects(attribute, value);
  if (!found.ok) return found;
  return single(found.value, attribute, value, endpoint);
}

function single(
  found: readonly { readonly id: string; readonly active: boolean }[],
  attribute: SubjectAttribute,
  value: string,
  endpoint: string,
): Result<{ subject: string; subjectId: string }, Failure> {
  const [subject, ...others] = found;
  if (subject === undefined) return fail({ code: 'unknown-subject', attribute, value, endpoint });
  if (others.length > 0) return fail({ code: 'ambiguous-subject', attribute, value, count: found.length });
  if (!subject.active) return fail({ code: 'inactive-subject', value });
  return ok({ subject: value, subjectId: subject.id });
}

async function accept(
  pinned: Pick<Proposal, 'endpoint' | 'subject' | 'subjectId' | 'policy'> | null,
  proposal: Proposal,
  { yes, confirm }: InstallOptions,
): Promise<Result<void, Failure>> {
  const unchanged =
    pinned !== null &&
    pinned.endpoint === proposal.endpoint &&
    pinned.subject === proposal.subject &&
    pinned.subjectId === proposal.subjectId &&
    pinned.policy === proposal.policy;
  if (yes || unchanged) return ok(undefined);
  if (confirm === null) return fail({ code: 'not-confirmed' });
  return (await confirm(proposal)) ? ok(undefined) : fail({ code: 'declined' });
}

async function putInPlace(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  proposal: Proposal,
  { node, home, mode, newId }: InstallOptions,
): Promise<Result<void, Failure>> {
  const known = readSettings(entries).pins;
  const worker = await ports.ground.placeWorker();
  if (!worker.ok) return worker;
  const stored = repositoryId(entries);
  const pinned = await ports.git.pin({
    'scim-hook.endpoint': proposal.endpoint,
    'scim-hook.subject': proposal.subject,
    'scim-hook.subjectId': proposal.subjectId,
    'scim-hook.policy': proposal.policy,
    'scim-hook.home': home,
    ...(mode === null ? {} : { 'scim-hook.mode': mode }),
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
  return writeDown(ports, entries, proposal, known === null);
}

async function writeDown(
  { audit, state, clock }: InstallPorts,
  entries: readonly ConfigEntry[],
  { endpoint, subject, subjectId, policy, mode }: Proposal,
  first: boolean,
): Promise<Result<void, Failure>> {
  const device = await state.device();
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
