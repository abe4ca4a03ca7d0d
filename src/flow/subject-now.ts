// Who the pinned subject is by now: what somebody must know before they accept another account.
import type { Pins } from '../core/settings.ts';
import type { Ports } from './ports.ts';
import type { Standing } from './standing.ts';

export interface SubjectNow {
  readonly pins: Pins;
  /** What the pinned account is called now; null when it is gone. */
  readonly called: string | null;
  /** Ids of the accounts that answer to the pinned value. */
  readonly holders: readonly string[];
}

/** Null where it can't be said, or nothing is different. */
export async function subjectNow(
  { connector }: Pick<Ports, 'connector'>,
  { settings: { pins }, policy }: Pick<Standing, 'settings' | 'policy'>,
): Promise<SubjectNow | null> {
  if (pins === null || policy.state !== 'trusted') return null;
  const { subject, timeout } = policy.config;
  const directory = connector.connect(pins.endpoint, { pinned: true, timeout });
  const account = await directory.subject(pins.subjectId);
  const named = await directory.findSubjects(subject.attribute, pins.subject);
  if (!named.ok || (!account.ok && account.failure.code !== 'missing')) return null;
  const holders = named.value.map(({ id }) => id);
  const called = account.ok ? (account.value.userName ?? account.value.id) : null;
  return called !== null && holders.includes(pins.subjectId) ? null : { pins, called, holders };
}
