// Writes a first config for a repository, where there is none yet.

import { configText } from '../core/config-template.ts';
import { parseEndpoint } from '../core/endpoint.ts';
import { workedOn } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { type ProposedRule, proposeRules } from '../core/propose-rules.ts';
import { branchOf } from '../core/ref-name.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { PolicyFile, Repository } from './ports.ts';
import type { GitSetup } from './setup-ports.ts';
import { whereOf } from './standing.ts';

export interface InitPorts {
  readonly repository: Repository;
  readonly git: GitSetup;
  /** Local branches and those of remotes, by their short names. */
  branchNames(): Promise<Result<readonly string[], Failure>>;
  /** The config as it lies at the top of a worktree. */
  configIn(top: string): Promise<PolicyFile>;
  /** Where an editor finds the JSON Schema, seen from the top of a worktree. */
  schemaFrom(top: string): Promise<string | null>;
  /** Null: there is something by that name already. */
  create(file: string, text: string): Promise<Result<void, Failure> | null>;
}

export interface InitOptions {
  readonly place: Place;
  readonly endpoint: string | null;
  /** Asks for the endpoint until it is one; empty for none, null when whoever was asked went away. Null: nobody is there. */
  readonly askEndpoint: (() => Promise<string | null>) | null;
}

export interface Initialised {
  readonly file: string;
  readonly endpoint: string | null;
  readonly rules: readonly ProposedRule[];
  /** Where the file must get to. */
  readonly defaultBranch: string | null;
  readonly branch: string | null;
}

const FILE = '.scimsyncrc';

export async function init(ports: InitPorts, options: InitOptions): Promise<Result<Initialised, Failure>> {
  const { place } = options;
  const refs = await ports.git.policyRefs();
  if (!refs.ok) return refs;
  const [best] = refs.value.proposed;
  const free = await checkFree(ports, place, best);
  if (!free.ok) return free;
  const [branches, worktrees] = await Promise.all([ports.branchNames(), ports.repository.worktrees()]);
  if (!branches.ok) return branches;
  if (!worktrees.ok) return worktrees;
  const endpoint = await chooseEndpoint(options);
  if (!endpoint.ok) return endpoint;
  const here = worktrees.value.find((worktree) => worktree.place.gitDir === place.gitDir);
  const branch = here === undefined ? null : workedOn(here.head);
  const defaultBranch = branchOf(best ?? '') ?? branch;
  const rules = proposeRules(branches.value);
  const schema = await ports.schemaFrom(place.path);
  const text = configText({ endpoint: endpoint.value, schema, defaultBranch, rules });
  const created = await ports.create(FILE, text);
  if (created === null) return fail({ code: 'config-exists', where: FILE });
  return created.ok ? ok({ file: FILE, endpoint: endpoint.value, rules, defaultBranch, branch }) : created;
}

/** Neither here nor on the default branch: a second config would only compete with the first. */
async function checkFree(
  ports: InitPorts,
  place: Place,
  ref: string | undefined,
): Promise<Result<void, Failure>> {
  const lying = await ports.configIn(place.path);
  if (lying.state === 'found') return fail({ code: 'config-exists', where: lying.file });
  if (ref === undefined) return ok(undefined);
  const read = await ports.repository.policy(ref);
  if (!read.ok) return read;
  return read.value.state === 'found'
    ? fail({ code: 'config-exists', where: whereOf(ref, read.value.file) })
    : ok(undefined);
}

async function chooseEndpoint({
  endpoint,
  askEndpoint,
}: InitOptions): Promise<Result<string | null, Failure>> {
  const typed = endpoint ?? (askEndpoint === null ? '' : await askEndpoint());
  if (typed === null) return fail({ code: 'not-written' });
  if (typed === '' && endpoint === null) return ok(null);
  const parsed = parseEndpoint(typed);
  return parsed.ok ? parsed : fail({ code: 'endpoint-invalid', endpoint: typed, problem: parsed.failure });
}
