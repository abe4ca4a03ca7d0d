// What the directory's answers say: whether it is there and quick, whose account is pinned, and which groups of the rules it has.
import type { Config, SubjectAttribute } from '../config.ts';
import type { DirectoryFailure } from '../failure.ts';
import { type Finding, fine, problem, type Speech, skipped, warning } from '../finding.ts';
import type { GroupFacts, SubjectFacts } from '../scim-message.ts';
import type { Pins } from '../settings.ts';
import type { GroupTarget } from '../target.ts';
import type { Provider, Traits } from '../traits.ts';

/** Under which check a failed request belongs: a refused token is the token's, all else the endpoint's. */
export function findingOf(failure: DirectoryFailure, { words }: Speech): Finding {
  const { message, remedy: usual } = words(failure);
  const remedy = remedyOf(failure) ?? usual;
  return problem(
    failure.code === 'denied' || failure.code === 'no-token' ? 'token' : 'endpoint',
    message,
    remedy,
  );
}

/** Where more can be said than that something is wrong with the way. */
function remedyOf(failure: DirectoryFailure): string | null {
  if (failure.code === 'unreachable' && failure.detail.includes('certificate'))
    return 'If your company has a certificate authority of its own, name its file: `git config --global http.sslCAInfo FILE`, or NODE_EXTRA_CA_CERTS in the environment, where editors see it too. Certificates are always checked.';
  if (failure.code === 'unreachable' && failure.detail.startsWith('the proxy '))
    return 'Set it right: `git config --global http.proxy URL`, or HTTPS_PROXY in the environment; NO_PROXY names hosts that are reached without it.';
  return failure.code === 'rejected' && failure.status >= 300 && failure.status < 400
    ? 'Accept the URL it points to, if it is the directory: `scim-hook install --endpoint URL`. No redirect to another origin is followed, so that the token goes nowhere else.'
    : null;
}

/** How long a request took, and how long it may. */
export function checkPace(endpoint: string, took: number, timeout: number, { span }: Speech): Finding {
  return took > timeout / 2
    ? warning(
        'endpoint',
        `${endpoint} takes ${span(took)} to answer; after ${span(timeout)} a request is given up.`,
        'Raise "timeout" and "deadline" under "scim" in the rules, or see what slows the directory.',
      )
    : fine('endpoint', `${endpoint} answers in ${span(took)}.`);
}

/** What its ServiceProviderConfig says it can't; some say so wrongly, so it is never more than a warning. */
export function checkProvider({ patch, filter }: Omit<Provider, 'at'>): Finding[] {
  const lacks = [
    ...(patch === false ? ['change resources (PATCH)'] : []),
    ...(filter === false ? ['look anything up (filter)'] : []),
  ];
  return lacks.map((what) =>
    warning(
      'endpoint',
      `The directory says of itself that it can't ${what}, which scim-hook needs.`,
      'If it can, it is wrong in its ServiceProviderConfig, and nothing needs doing; else it can only be looked at.',
    ),
  );
}

/** What the directory was seen to do to others, so that nothing is written there in that way any more. */
export function checkTraits(traits: Traits, endpoint: string): Finding[] {
  const ways = [
    ...(traits.addingMembers === 'wrong' ? ['adding a member of a group'] : []),
    ...(traits.removingMembers === 'wrong' ? ['removing a member of a group'] : []),
    ...Object.entries(traits.values ?? {}).flatMap(([way, judged]) =>
      judged === 'wrong' ? [`changing a user's values (${way})`] : [],
    ),
  ];
  const harm = ways.map((way) =>
    problem(
      'endpoint',
      `${endpoint} was seen to take something from others by ${way}, so that is not done there any more.`,
      'Tell whoever runs the directory. Once it is mended, delete cache.json in the state directory.',
    ),
  );
  return traits.externalIds === 'wrong'
    ? [
        ...harm,
        warning(
          'endpoint',
          `${endpoint} doesn't keep externalId, so no groups are made there (createGroups).`,
          'Make the groups by hand and name them in the rules, or take createGroups out of them.',
        ),
      ]
    : harm;
}

/** Milliseconds; a token's life and the log's order are told by this clock. */
const TOO_FAR = 60_000;

/** `date` is the directory's own clock when it answered, to the second. */
export function checkClock(date: number | null, now: number, { span }: Speech): Finding {
  if (date === null) return skipped('clock', 'The directory does not say what time it is.');
  const ahead = now - date;
  const apart = `This machine's clock is ${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the directory's`;
  return Math.abs(ahead) > TOO_FAR
    ? warning(
        'clock',
        `${apart}: times in the log, and when leases and tokens end, are off by that.`,
        'Set the clock, or turn on time synchronisation.',
      )
    : fine('clock', "This machine's clock agrees with the directory's.");
}

export interface SubjectAnswers {
  readonly pins: Pins;
  readonly attribute: SubjectAttribute | null;
  /** The pinned account; null: it isn't there any more. */
  readonly pinned: SubjectFacts | null;
  /** Who answers to the pinned name now; null where that couldn't be asked. */
  readonly named: readonly SubjectFacts[] | null;
}

export function checkSubject({ pins, attribute, pinned, named }: SubjectAnswers): Finding {
  const { subject, subjectId } = pins;
  const accept = 'If that is right, accept it: `scim-hook trust`.';
  const others = (named ?? []).filter(({ id }) => id !== subjectId);
  if (pinned === null) {
    const now = others.length === 1 ? ` ${subject} is the account ${others[0]?.id} now.` : '';
    return problem(
      'subject',
      `The directory knows your account ${subjectId} (${subject}) no more.${now}`,
      now === '' ? 'Have the person added to the directory, then run `scim-hook install`.' : accept,
    );
  }
  if (!pinned.active)
    return problem(
      'subject',
      `Your account ${subject} is not active in the directory.`,
      'Have it activated.',
    );
  if (attribute !== null && !answersTo(pinned, attribute, subject))
    return problem(
      'subject',
      `The account ${subjectId} was accepted as ${subject}, but has another ${attribute} now${pinned.userName === null ? '' : ` (its userName is ${pinned.userName})`}.`,
      accept,
    );
  return others.length > 0
    ? warning(
        'subject',
        `${others.length + 1} accounts have the ${attribute} ${subject}; yours stays ${subjectId}, but a new install would refuse.`,
        'Use an attribute that is unique there: "subject": { "attribute": … } in the rules.',
      )
    : fine('subject', `The directory knows ${subject} (${subjectId}), and the account is active.`);
}

/** As the steps decide it at each wake-up. */
function answersTo(found: SubjectFacts, attribute: SubjectAttribute, value: string): boolean {
  const same = (a: string | null): boolean => a?.toLowerCase() === value.toLowerCase();
  switch (attribute) {
    case 'userName':
      return same(found.userName);
    case 'emails.value':
      return found.emails.some(same);
    case 'id':
    case 'externalId':
      return found[attribute] === value;
  }
}

/** The groups that rules name outright; what a template becomes is known only with a branch. */
export function groupsNamed({
  rules,
}: Config): { target: GroupTarget; rules: string[]; eligible: boolean }[] {
  const named = new Map<string, { target: GroupTarget; rules: string[]; eligible: boolean }>();
  for (const rule of rules) {
    const granted = rule.grant.filter((target): target is GroupTarget => target.kind === 'group');
    for (const [targets, eligible] of [
      [granted, false],
      [rule.eligible, true],
    ] as const) {
      for (const target of targets) {
        if (/[{}]/.test(target.name)) continue;
        const key = `${target.by}\n${target.name}\n${eligible}`;
        const known = named.get(key) ?? { target, rules: [], eligible };
        known.rules.push(rule.name);
        named.set(key, known);
      }
    }
  }
  return [...named.values()];
}

export interface GroupAnswer {
  readonly target: GroupTarget;
  readonly rules: readonly string[];
  /** It is one that makes eligible, and isn't granted. */
  readonly eligible: boolean;
  readonly found: readonly GroupFacts[];
}

export function checkGroups(answers: readonly GroupAnswer[], unasked: number): Finding[] {
  const findings = answers.flatMap(({ target, rules, eligible, found }) => {
    if (found.length === 1) return [];
    const named = `${target.by === 'displayName' ? '' : `${target.by} `}"${target.name}"`;
    const by = `${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`;
    if (found.length > 1)
      return [
        problem(
          'groups',
          `${found.length} groups of the directory are called ${named} (${by}), so none is used.`,
          `Name one by its id in the rules, as { "id": "${found[0]?.id}" }, or rename the others.`,
        ),
      ];
    const effect = eligible ? 'so nobody is eligible by it' : 'so it is not granted';
    return [
      problem(
        'groups',
        `The directory has no group ${named} (${by}), ${effect}.`,
        'Have it made there, or correct the name in the rules; upper and lower case count.',
      ),
    ];
  });
  if (unasked > 0)
    findings.push(
      warning(
        'groups',
        `${unasked} groups of the rules were not looked for: that took too long.`,
        'Run `scim-hook doctor` again, or see why the directory is slow.',
      ),
    );
  if (findings.length > 0) return findings;
  return [
    answers.length === 0
      ? skipped('groups', 'The rules name no group outright.')
      : fine(
          'groups',
          `The directory has the ${answers.length === 1 ? 'group' : `${answers.length} groups`} that the rules name.`,
        ),
  ];
}
