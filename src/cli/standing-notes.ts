// Why nothing is granted in a clone though somebody installed it, and how to accept what changed: for `sync` and `plan`.
import type { Overruled } from '../core/settings.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Ports } from '../flow/ports.ts';
import type { Standing } from '../flow/standing.ts';
import { type SubjectNow, subjectNow } from '../flow/subject-now.ts';
import { said } from './said.ts';
import { plain, type Screen } from './screen.ts';

/** Asks the directory who the subject is by now only where that is why something was refused. */
export async function noteStanding(
  screen: Screen,
  ports: Pick<Ports, 'connector'>,
  standing: Pick<Standing, 'settings' | 'policy' | 'faults'>,
  reasons: readonly (Reason | undefined)[],
): Promise<void> {
  if (screen.json) return;
  const notes = [...standingNotes(standing)];
  if (reasons.some((reason) => reason === 'subject-changed' || reason === 'unknown-subject')) {
    const now = await subjectNow(ports, standing);
    if (now !== null) notes.push(subjectWords(now));
  }
  // They quote files, config and the directory.
  for (const note of notes) screen.note(note.split('\n').map(plain).join('\n'));
}

export function standingNotes({
  settings,
  policy,
  faults,
}: Pick<Standing, 'settings' | 'policy' | 'faults'>): string[] {
  const notes = settingsNotes(settings);
  if (policy.state === 'untrusted')
    notes.push(
      `${policy.detail.slice(0, 1).toUpperCase()}${policy.detail.slice(1)}.\nNothing is granted until you accept it with \`scim-hook trust\`.`,
    );
  if (policy.state === 'ref-gone')
    notes.push(
      `The pinned policy ref ${policy.ref} is gone.\nNothing is granted until you accept another with \`scim-hook trust\`.`,
    );
  if (policy.state === 'invalid')
    notes.push(said({ code: 'config-invalid', where: policy.where, faults }).message);
  return notes;
}

/** What git's config says that isn't what was accepted here. */
export const settingsNotes = ({ overruled, misspelled }: Standing['settings']): string[] => [
  ...overruled.map(overruledWords),
  ...(misspelled === null
    ? []
    : [
        `scim-hook.endpoint is ${misspelled.endpoint} in git's config, which ${misspelled.problem}.\nNothing is sent there; correct it, or accept an endpoint with \`scim-hook trust\`.`,
      ]),
];

function overruledWords({ name, accepted, scope, value }: Overruled): string {
  const what = name === 'endpoint' ? 'the endpoint' : name === 'subject' ? 'the person' : 'the account';
  return `This clone accepted ${what} ${accepted}, but ${scope} git config sets scim-hook.${name} to ${value}, which counts.\nIf that is right, accept it with \`scim-hook trust\`.`;
}

function subjectWords({ pins, called, holders }: SubjectNow): string {
  const pinned = `The account ${pins.subjectId}, accepted as ${pins.subject},`;
  const first =
    called === null
      ? `${pinned} is gone from the directory.`
      : `${pinned} is called ${called} in the directory now.`;
  const others = holders.filter((id) => id !== pins.subjectId);
  const second = others.length === 0 ? '' : ` ${pins.subject} is the account ${others.join(', ')} by now.`;
  return `${first}${second}\nIf that is you, accept it with \`scim-hook trust\`; until then nothing is granted.`;
}
