// `.scimsyncrc` from text to checked rules: as data only, so that checking out a branch never runs its code.
import ms, { type StringValue } from 'ms';
import * as v from 'valibot';
import { type Config, checkConfig, type Rule } from '../../core/config.ts';
import { isJson, PACKAGE, PACKAGE_KEY, withoutMark } from '../../core/config-format.ts';
import { parseEndpoint } from '../../core/endpoint.ts';
import type { Fault } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GroupTarget, ValueTarget } from '../../core/target.ts';
import type { ConfigReader } from '../../flow/ports.ts';
import { findDuplicates } from './duplicates.ts';
import { faultsOf } from './faults.ts';
import { configSchema, type RawConfig } from './schema.ts';
import { findSecrets } from './secrets.ts';
import { findLists, findWild } from './wild.ts';

/** `for` of a rule that lasts until the next switch, where it says nothing. */
const SWITCH_LIFETIME = ms('12h');

export const configReader: ConfigReader = {
  parse: async (file, text) => {
    const loaded = await load(file, text);
    return loaded.ok ? checkShape(loaded.value) : loaded;
  },
};

type Faults = readonly Fault[];

/** Where js-yaml stopped, counted from 0. */
interface Mark {
  readonly line: number;
  readonly column: number;
}

/** JSON is read at once; only what isn't JSON wakes cosmiconfig's loader, which costs the worker some of its start. */
async function load(file: string, text: string): Promise<Result<unknown, Faults>> {
  const bare = withoutMark(text);
  try {
    const value = unwrap(file, JSON.parse(bare));
    const twice = findDuplicates(bare, file === PACKAGE ? PACKAGE_KEY : null);
    return twice.length > 0 ? fail(twice) : ok(value);
  } catch (error) {
    return isJson(file, bare)
      ? fail([{ path: file, problem: `is not valid JSON: ${messageOf(error)}` }])
      : loadYaml(file, bare);
  }
}

async function loadYaml(file: string, text: string): Promise<Result<unknown, Faults>> {
  const { defaultLoadersSync } = (await import('cosmiconfig')).default;
  try {
    return ok(defaultLoadersSync['.yaml'](file, text));
  } catch (error) {
    const { reason, mark } = error as { reason?: unknown; mark?: Mark | null };
    if (typeof reason !== 'string') return fail([{ path: file, problem: messageOf(error) }]);
    return fail([{ path: file, problem: `is not valid YAML: ${reason}`, ...placeOf(mark, file, text) }]);
  }
}

/** The parser sees a line more than there is where the text ends too early. */
function placeOf(mark: Mark | null | undefined, file: string, text: string): Pick<Fault, 'at'> {
  const lines = text.split('\n').length;
  if (!mark) return {};
  return mark.line < lines
    ? { at: { file, line: mark.line + 1, column: mark.column + 1 } }
    : { at: { file, line: lines } };
}

const unwrap = (file: string, value: unknown): unknown =>
  file === PACKAGE ? (value as { scimsync?: unknown } | null)?.[PACKAGE_KEY] : value;

/** What the parser says; not its advice or stack. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\n{2,}/g, '\n')
    .trim()
    .slice(0, 600);

function checkShape(loaded: unknown): Result<Config, Faults> {
  const wild = findWild(loaded);
  if (wild !== null) return fail([{ path: 'the file', problem: wild }]);
  const lists = findLists(loaded);
  if (lists.length > 0) return fail(lists);
  const secrets = findSecrets(loaded);
  const parsed = v.safeParse(configSchema, loaded);
  if (!parsed.success) {
    return fail([...secrets, ...faultsOf(parsed.issues, configSchema), ...checkConfig(salvage(loaded))]);
  }
  const config = toConfig(parsed.output);
  const faults = [...secrets, ...checkProposals(parsed.output), ...checkConfig(config)];
  return faults.length > 0 ? fail(faults) : ok(config);
}

/** What of a misshapen config can be checked all the same, so that every fault is said at once. */
function salvage(loaded: unknown): Config {
  const raw = loaded as { rules?: unknown; managed?: unknown } | null;
  const rules = Array.isArray(raw?.rules) ? (raw.rules as unknown[]) : [];
  const managed = v.safeParse(configSchema.entries.managed, raw?.managed);
  return {
    ...toConfig({
      ...v.parse(configSchema, { version: 1, rules: [] }),
      ...(managed.success ? { managed: managed.output } : {}),
    }),
    rules: rules.map(salvageRule),
  };
}

function salvageRule(raw: unknown, index: number): Rule {
  const fields = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const entries = configSchema.entries.rules.item.entries;
  const read = <S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> | undefined => {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? parsed.output : undefined;
  };
  return toRule({
    // A name that no other rule can have.
    name: read(entries.name, fields['name']) ?? `rules[${index}]`,
    branches: read(entries.branches, fields['branches']) ?? [],
    except: read(entries.except, fields['except']) ?? [],
    eligible: read(entries.eligible, fields['eligible']),
    grant: read(entries.grant, fields['grant']) ?? { groups: [], roles: [], entitlements: [] },
    for: undefined,
    until: 'switch',
    createGroups: false,
  });
}

function checkProposals({ scim, rules }: RawConfig): Fault[] {
  const endpoint = scim.endpoint === undefined ? null : parseEndpoint(scim.endpoint);
  const faults: Fault[] = rules.flatMap((rule, index) =>
    Object.values(rule.grant).every((list) => list.length === 0)
      ? [{ path: `rules[${index}].grant`, problem: 'grants nothing' }]
      : [],
  );
  return endpoint === null || endpoint.ok
    ? faults
    : [{ path: 'scim.endpoint', problem: endpoint.failure }, ...faults];
}

function toConfig({ scim, subject, managed, rules }: RawConfig): Config {
  return {
    endpoint: scim.endpoint ?? null,
    timeout: ms(scim.timeout as StringValue),
    deadline: ms(scim.deadline as StringValue),
    profile: scim.profile,
    subject,
    managed: { group: managed.groups, role: managed.roles, entitlement: managed.entitlements },
    rules: rules.map(toRule),
  };
}

function toRule(rule: RawConfig['rules'][number]): Rule {
  const { grant, until } = rule;
  return {
    name: rule.name,
    branches: rule.branches,
    except: rule.except,
    eligible: (rule.eligible?.groups ?? []).map(toGroup),
    grant: [
      ...grant.groups.map(toGroup),
      ...grant.roles.map((each) => toValue('role', each)),
      ...grant.entitlements.map((each) => toValue('entitlement', each)),
    ],
    lifetime:
      rule.for === undefined ? (until === 'switch' ? SWITCH_LIFETIME : null) : ms(rule.for as StringValue),
    until,
    createGroups: rule.createGroups,
  };
}

type RawGroup = RawConfig['rules'][number]['grant']['groups'][number];

function toGroup(group: RawGroup): GroupTarget {
  if (typeof group === 'string') return { kind: 'group', by: 'displayName', name: group };
  if ('id' in group) return { kind: 'group', by: 'id', name: group.id };
  if ('externalId' in group) return { kind: 'group', by: 'externalId', name: group.externalId };
  return { kind: 'group', by: 'displayName', name: group.displayName };
}

function toValue(
  kind: ValueTarget['kind'],
  value: RawConfig['rules'][number]['grant']['roles'][number],
): ValueTarget {
  if (typeof value === 'string') return { kind, name: value };
  return {
    kind,
    name: value.value,
    ...(value.type === undefined ? {} : { type: value.type }),
    ...(value.display === undefined ? {} : { display: value.display }),
  };
}
