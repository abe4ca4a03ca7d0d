// Whether the rules at their pinned place may be followed, and whether what they propose is still what was accepted.
import type { Fault } from '../failure.ts';
import { type Finding, fine, problem, type Speech, skipped, warning } from '../finding.ts';
import type { Pins } from '../settings.ts';
import type { Policy } from '../transit.ts';

export interface PolicyFacts {
  readonly pins: Pins | null;
  readonly policy: Policy;
  readonly faults: readonly Fault[];
  /** The person as git names them now, by the key that the config says; null where that is not set. */
  readonly subject: { readonly key: string; readonly value: string | null } | null;
}

export function checkPolicy({ pins, policy, faults, subject }: PolicyFacts, { words }: Speech): Finding[] {
  if (pins === null) return [skipped('policy', 'No rules are accepted yet.')];
  const ref = pins.policy.startsWith('sha256:') ? 'the accepted file' : pins.policy;
  switch (policy.state) {
    case 'trusted': {
      const { commit } = policy.version;
      const at = commit === null ? 'as it was accepted, in no commit yet' : `at ${commit.slice(0, 10)}`;
      return [fine('policy', `${policy.file} of ${ref}, ${at}.`), ...checkSubject(pins, subject)];
    }
    case 'ref-gone':
      return [
        problem(
          'policy',
          `${policy.ref} is gone, so nothing new is granted.`,
          'Fetch it again, or choose another: `scim-hook install --policy REF`.',
        ),
      ];
    case 'file-gone':
      return [
        problem(
          'policy',
          `There is no config file at ${ref} any more, so what it gave is taken back.`,
          'Bring the file back there, or choose another place: `scim-hook install --policy REF`.',
        ),
      ];
    case 'invalid':
      return [
        problem(
          'policy',
          words({ code: 'config-invalid', where: policy.where, faults }).message,
          'Correct it there; until then nothing new is granted, and what is held runs out.',
        ),
      ];
    case 'untrusted':
      return [
        problem(
          'policy',
          `Nothing new is granted: ${policy.detail}.`,
          'If the change is right, accept it: `scim-hook trust`. If not, have it undone.',
        ),
      ];
  }
}

/** Who somebody is was settled at trust: git's idea of it may change without anybody's access changing hands. */
function checkSubject(pins: Pins, subject: PolicyFacts['subject']): Finding[] {
  if (subject === null || subject.value === pins.subject) return [];
  const now = subject.value === null ? 'is not set' : `is ${subject.value}`;
  return [
    warning(
      'policy',
      `git's ${subject.key} ${now} here now, but ${pins.subject} was accepted, whose access it stays.`,
      'If you are somebody else now, accept that: `scim-hook trust`.',
    ),
  ];
}
