// What a person trusts in a clone: which endpoint, as whom, by which rules. Shown and asked first, then pinned.
import type { Config, SubjectAttribute } from '../core/config.ts';
import { isLoopback, parseEndpoint } from '../core/endpoint.ts';
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { repositoryId } from '../core/repository-id.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, type Pins, readSettings } from '../core/settings.ts';
import type { Mode } from '../core/vocabulary.ts';
import { choosePolicy } from './choose-policy.ts';
import { learnProvider } from './learn.ts';
import type { Ports } from './ports.ts';
import type { AcceptedText, GitSetup } from './setup-ports.ts';
import { boundId, boundPolicy, boundSubject, pinnedPolicy } from './trust-bounds.ts';

export interface TrustPorts extends Ports {
  readonly git: GitSetup;
  readonly accepted: AcceptedText;
}

export interface TrustOptions {
  readonly place: Place;
  readonly home: string;
  readonly endpoint: string | null;
  readonly policy: string | null;
  readonly mode: Mode | null;
  /** `--yes`: nobody is asked. */
  readonly yes: boolean;
  readonly newId: () => string;
  /** Shows what would be trusted, and asks; null where nobody can be asked. */
  readonly confirm: ((proposal: Proposal, rules: string) => Promise<boolean>) | null;
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

/** What was accepted, with the rules as they stand there now. */
export interface Accepted {
  readonly pins: Pins;
  readonly mode: Mode;
  readonly where: string;
  readonly config: Config;
  /** The rules as they stand there. */
  readonly text: string;
}

/** Reads, shows and asks; nothing is written, and nothing is sent before the endpoint was accepted. */
export async function accept(
  ports: TrustPorts,
  entries: readonly ConfigEntry[],
  options: TrustOptions,
): Promise<Result<Accepted, Failure>> {
  const pinned = pinnedPolicy(entries);
  const chosen = await choosePolicy(ports, { ...options, kept: options.yes ? pinned : null });
  if (!chosen.ok) return chosen;
  const { pin, where, config, text } = chosen.value;
  const settings = readSettings(entries);
  const named = await boundPolicy(ports.git, pin, pinned, options);
  if (!named.ok) return named;
  const endpoint = chooseEndpoint(entries, config, where, options);
  if (!endpoint.ok) return endpoint;
  const person = await boundSubject(ports.git, config, settings);
  if (!person.ok) return person;
  const subject = person.value;
  const mode = options.mode ?? settings.mode;
  const proposal: Proposal = { endpoint: endpoint.value, subject, policy: pin, where, mode, changedId: null };
  const unnamed = boundId(settings, { endpoint: endpoint.value, subject, subjectId: null }, options);
  if (!unnamed.ok) return unnamed;
  const agreed = await acceptProposal(settings.pins, proposal, text, options);
  if (!agreed.ok) return agreed;
  const subjectId = await findSubject(ports, config, endpoint.value, subject);
  if (!subjectId.ok) return subjectId;
  const found = { endpoint: endpoint.value, subject, subjectId: subjectId.value };
  const bound = boundId(settings, found, options);
  if (!bound.ok) return bound;
  const still = await acceptId(settings.pins, proposal, subjectId.value, text, options);
  if (!still.ok) return still;
  await learnProvider(ports, endpoint.value, config);
  const pins: Pins = { endpoint: endpoint.value, subject, subjectId: subjectId.value, policy: pin };
  return ok({ pins, mode, where, config, text });
}

/** What `pinDown` sets, besides a mode that was asked for; bounds are always the person's own. */
export const PINNED_KEYS = ['endpoint', 'subject', 'subjectId', 'policy', 'home', 'repository'].map(
  (name) => `scim-hook.${name}`,
);

/** Pins what was accepted in this clone's own config. */
export async function pinDown(
  { git, accepted }: TrustPorts,
  entries: readonly ConfigEntry[],
  { pins, text }: Accepted,
  { home, mode, newId }: TrustOptions,
): Promise<Result<void, Failure>> {
  const kept = await accepted.keep(pins.policy.startsWith('sha256:') ? text : null);
  if (!kept.ok) return kept;
  return git.pin({
    'scim-hook.endpoint': pins.endpoint,
    'scim-hook.subject': pins.subject,
    'scim-hook.subjectId': pins.subjectId,
    'scim-hook.policy': pins.policy,
    'scim-hook.home': home,
    ...(mode === null ? {} : { 'scim-hook.mode': mode }),
    ...(repositoryId(entries) === null ? { 'scim-hook.repository': newId() } : {}),
  });
}

/** `--yes` alone accepts a loopback endpoint, or one that the machine's owner pinned for everybody. */
function chooseEndpoint(
  entries: readonly ConfigEntry[],
  config: Config,
  where: string,
  options: TrustOptions,
): Result<string, Failure> {
  const { sharedEndpoint, pins } = readSettings(entries);
  // What was accepted stays so, where nobody says another.
  const asked = options.endpoint ?? config.endpoint ?? sharedEndpoint ?? pins?.endpoint ?? null;
  if (asked === null) return fail({ code: 'endpoint-missing', where });
  const parsed = parseEndpoint(asked);
  if (!parsed.ok) return fail({ code: 'endpoint-invalid', endpoint: asked, problem: parsed.failure });
  const endpoint = parsed.value;
  const proposed = config.endpoint === null ? null : parseEndpoint(config.endpoint);
  if (proposed?.ok === true && proposed.value !== endpoint) {
    return fail({ code: 'endpoint-differs', asked: endpoint, proposed: proposed.value, where });
  }
  if (sharedEndpoint !== null && endpoint !== sharedEndpoint) {
    const shared = { asked: endpoint, shared: sharedEndpoint, key: 'scim-hook.endpoint' } as const;
    return fail({ code: 'pin-overruled', what: 'endpoint', ...shared });
  }
  const named =
    options.endpoint !== null ||
    endpoint === pins?.endpoint ||
    endpoint === sharedEndpoint ||
    isLoopback(endpoint);
  return options.yes && !named ? fail({ code: 'endpoint-unnamed', endpoint }) : ok(endpoint);
}

/** Read once, at trust: which resource of the directory the person is. */
export async function findSubject(
  { connector }: Pick<TrustPorts, 'connector'>,
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

async function acceptProposal(
  pinned: Pins | null,
  proposal: Proposal,
  rules: string,
  options: TrustOptions,
): Promise<Result<void, Failure>> {
  const unchanged =
    pinned?.endpoint === proposal.endpoint &&
    pinned.subject === proposal.subject &&
    pinned.policy === proposal.policy;
  return unchanged ? ok(undefined) : confirmed(proposal, rules, options);
}

/** The same name, but another account: somebody left, and the name was given again, or the directory is another. */
async function acceptId(
  pinned: Pins | null,
  proposal: Proposal,
  found: string,
  rules: string,
  options: TrustOptions,
): Promise<Result<void, Failure>> {
  const asked =
    pinned === null || pinned.endpoint !== proposal.endpoint || pinned.subject !== proposal.subject;
  if (asked || pinned.subjectId === found) return ok(undefined);
  return confirmed({ ...proposal, changedId: { pinned: pinned.subjectId, found } }, rules, options);
}

async function confirmed(
  proposal: Proposal,
  rules: string,
  { yes, confirm }: TrustOptions,
): Promise<Result<void, Failure>> {
  if (yes) return ok(undefined);
  if (confirm === null) return fail({ code: 'not-confirmed' });
  return (await confirm(proposal, rules)) ? ok(undefined) : fail({ code: 'declined' });
}

/** The log's line: `install` the first time, `trust` whenever something else is accepted. */
export async function writeDown(
  { audit, state, clock }: TrustPorts,
  entries: readonly ConfigEntry[],
  { pins: { endpoint, subject, subjectId, policy }, mode }: Accepted,
  kind: 'install' | 'trust',
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
  const locked = await state.withLock(() => audit.append([{ ...line, kind }]));
  return locked.ok ? locked.value : locked;
}
