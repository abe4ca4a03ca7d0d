// The part of `doctor` that asks the directory: only at an endpoint that a person accepted, and not for long.
import type { AuditLine } from '../core/audit-record.ts';
import {
  checkClock,
  checkGroups,
  checkPace,
  checkProvider,
  checkSubject,
  checkTraits,
  findingOf,
  type GroupAnswer,
  groupsNamed,
} from '../core/checks/directory.ts';
import { checkRival } from '../core/checks/rival.ts';
import { checkToken, type TokenFacts } from '../core/checks/token.ts';
import { checkWay } from '../core/checks/way.ts';
import type { Config } from '../core/config.ts';
import { parseEndpoint } from '../core/endpoint.ts';
import { type Finding, skipped } from '../core/finding.ts';
import { profileOf } from '../core/profile.ts';
import type { GroupFacts } from '../core/scim-message.ts';
import { type Pins, readSettings } from '../core/settings.ts';
import type { DoctorClone, DoctorPorts } from './doctor-ports.ts';
import type { Directory } from './ports.ts';

/** Milliseconds for one request where no rules say, and at most; and for all of them together. */
const TIMEOUT = 3_000;
const LONGEST = 10_000;
const ALL = 15_000;

export async function examineDirectory(
  doctor: DoctorPorts,
  clone: DoctorClone,
  config: Config | null,
  history: readonly AuditLine[],
): Promise<Finding[]> {
  const { pins } = readSettings(clone.entries);
  if (pins === null || !parseEndpoint(pins.endpoint).ok)
    return [skipped('endpoint', 'No endpoint is accepted here, so nothing is sent anywhere.')];
  const { endpoint } = pins;
  const timeout = Math.min(config?.timeout ?? TIMEOUT, LONGEST);
  const { clock, git, prober, speech } = doctor;
  const [token, probed] = await Promise.all([git.token(endpoint), prober.probe(endpoint, timeout)]);
  const findings = [...checkWay(doctor.way(endpoint)), checkToken(token, endpoint, clock.now(), speech)];
  const past = history.filter((line) => line.endpoint === endpoint);
  const rival = (groups: readonly GroupFacts[]): Finding[] => checkRival(past, groups, clock.now(), speech);
  if (!probed.ok) {
    const unasked = "The directory can't be reached.";
    return [...findings, findingOf(probed.failure, speech), ...cannotAsk(unasked), ...rival([])];
  }
  const { took, date } = probed.value;
  findings.push(checkPace(endpoint, took, timeout, speech), checkClock(date, clock.now(), speech));
  if (!isUsable(token, clock.now()))
    return [...findings, ...cannotAsk('There is no token to ask with.'), ...rival([])];
  const profile = profileOf(config?.profile ?? 'auto');
  const directory = clone.ports.connector.connect(endpoint, { pinned: true, timeout, profile });
  const until = clock.now() + ALL;
  const subject = await askSubject(doctor, directory, pins, config);
  findings.push(...subject);
  if (subject.some(({ check, state }) => state === 'problem' && check !== 'subject'))
    return [...findings, ...cannotAsk('The directory does not answer as it should.'), ...rival([])];
  const said = await directory.provider();
  const groups = await askGroups(doctor, directory, config, until);
  const provider = said.ok ? checkProvider(said.value) : [];
  const { endpoints } = await clone.ports.state.readCache();
  const seen = checkTraits(endpoints[endpoint]?.traits ?? {}, endpoint);
  return [...findings, ...provider, ...seen, ...groups.findings, ...rival(groups.found)];
}

const isUsable = ({ from, sendable, expires }: TokenFacts, now: number): boolean =>
  from !== null && sendable && (expires === null || expires > now);

const cannotAsk = (why: string): Finding[] => [
  skipped('subject', `Whether the directory knows you: ${why}`),
  skipped('groups', `Whether it has the groups of the rules: ${why}`),
];

async function askSubject(
  { speech }: DoctorPorts,
  directory: Directory,
  pins: Pins,
  config: Config | null,
): Promise<Finding[]> {
  const pinned = await directory.subject(pins.subjectId);
  if (!pinned.ok && pinned.failure.code !== 'missing') return [findingOf(pinned.failure, speech)];
  const attribute = config?.subject.attribute ?? null;
  const named = attribute === null ? null : await directory.findSubjects(attribute, pins.subject);
  // Where nothing at all is found, it is the endpoint that is wrong rather than the person who is gone.
  if (named !== null && !named.ok) return [findingOf(named.failure, speech)];
  return [
    checkSubject({ pins, attribute, pinned: pinned.ok ? pinned.value : null, named: named?.value ?? null }),
  ];
}

async function askGroups(
  { clock, speech }: DoctorPorts,
  directory: Directory,
  config: Config | null,
  until: number,
): Promise<{ findings: Finding[]; found: GroupFacts[] }> {
  if (config === null)
    return { findings: [skipped('groups', 'No rules can be read that would name groups.')], found: [] };
  const named = groupsNamed(config);
  const answers: GroupAnswer[] = [];
  for (const question of named) {
    if (clock.now() > until) break;
    const found = await directory.findGroups(question.target.by, question.target.name, 'bare');
    if (!found.ok) return { findings: [findingOf(found.failure, speech)], found: [] };
    answers.push({ ...question, found: found.value });
  }
  return {
    findings: checkGroups(answers, named.length - answers.length),
    found: answers.filter(({ eligible }) => !eligible).flatMap(({ found }) => found),
  };
}
