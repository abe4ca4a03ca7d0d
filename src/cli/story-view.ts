// The story of one event for people: what it was, what decided, each change, and how it was closed.
import { GLYPHS } from '../core/log/row.ts';
import { shownTime } from '../core/log/shown-time.ts';
import type { Story, StoryChange } from '../core/log/story.ts';
import { UTC, type Zone } from '../core/log/when.ts';
import type { Reason } from '../core/vocabulary.ts';
import { type Row, rowLines } from './layout.ts';
import { reasonWords } from './reason-words.ts';
import { plain, type Screen } from './screen.ts';
import { span } from './time.ts';

const NAMES = 10;

export function storyLines(screen: Screen, story: Story, zone: Zone, now: number): string[] {
  const { columns, paint } = screen;
  const time = (iso: string): string =>
    `${shownTime(Date.parse(iso), now, zone)}${zone === UTC ? ' UTC' : ''}`;
  const row = (name: string, text: string): string[] =>
    text === '' ? [] : rowLines({ name, text } satisfies Row, columns, NAMES, paint.dim);
  return [
    paint.bold(`${titleOf(story)}  ${time(story.at)}`),
    ...row('event', plain(story.event ?? '')),
    ...row('who', whoOf(story)),
    ...row(
      'where',
      [story.repo, story.worktree]
        .filter((each) => each !== null)
        .map(plain)
        .join(', '),
    ),
    ...row('device', plain(story.device ?? '')),
    ...row('directory', plain(story.endpoint ?? '')),
    ...row('decided', decidedOf(story)),
    ...story.granted.flatMap(({ id, branch, expires }) =>
      row(
        'lease',
        `${plain(id)} for ${plain(branch)}, ${expires === null ? 'without an end' : `until ${time(expires)}`}`,
      ),
    ),
    ...story.ended.flatMap((id) => row('ended', `lease ${plain(id)}`)),
    ...story.changes.flatMap((change) => changeLines(screen, change, row, time)),
    ...row('closed', closedOf(story, time)),
    ...story.lines.flatMap(({ seq, kind, hash }, at) =>
      row(at === 0 ? 'lines' : '', `${seq}  ${plain(kind)}  ${plain(hash)}`),
    ),
  ];
}

const titleOf = ({ kind, branch, from }: Story): string => {
  const to = branch === null ? '' : ` to ${plain(branch)}`;
  if (from !== null) return `${plain(kind)} from ${plain(from)}${to}`;
  return kind === 'switch' || kind === 'gap'
    ? `${plain(kind)}${to}`
    : `${plain(kind)}${branch === null ? '' : ` of ${plain(branch)}`}`;
};

const whoOf = ({ subject, subjectId }: Story): string =>
  subject === null ? '' : `${plain(subject)}${subjectId === null ? '' : ` (${plain(subjectId)})`}`;

function decidedOf({ rules, policy, rulesBlob, mode }: Story): string {
  const by =
    rules.length === 0 ? [] : [`${rules.length === 1 ? 'rule' : 'rules'} ${rules.map(plain).join(', ')}`];
  const commit = policy !== null ? [`commit ${plain(policy)}`] : [];
  const blob = rulesBlob !== null ? [`rules blob ${plain(rulesBlob)}`] : [];
  return [...by, ...commit, ...blob, ...(mode === null ? [] : [`mode ${plain(mode)}`])].join(', ');
}

function changeLines(
  { paint }: Screen,
  change: StoryChange,
  row: (name: string, text: string) => string[],
  time: (iso: string) => string,
): string[] {
  const taking = change.op === 'remove' || change.op === 'delete';
  const whole =
    change.op === 'create' ? ' (a new group)' : change.op === 'delete' ? ' (the group itself)' : '';
  const kind = change.kind === 'group' ? whole : ` (${change.kind})`;
  const { outcome, reason, verified, before, after } = change;
  const result =
    outcome === null
      ? 'intended; what came of it is not known'
      : `${GLYPHS[outcome]} ${outcome}${verified === null ? '' : `, ${verified}`}${because(reason)}`;
  const facts = [
    `${before} before, ${after} after`,
    time(change.at),
    change.ms === null ? '' : `${change.ms} ms`,
    change.attempts === null || change.attempts === 1 ? '' : `${change.attempts} attempts`,
    change.status === null ? '' : `status ${change.status}`,
    change.requestId === null ? '' : `request ${plain(change.requestId)}`,
    change.transaction === null ? '' : `transaction ${plain(change.transaction)}`,
    change.id === null ? '' : `id ${plain(change.id)}`,
    change.expires === null ? '' : `until ${time(change.expires)}`,
  ];
  const harmed = change.harmed.map(plain).join(', ');
  return [
    `${taking ? paint.yellow('-') : paint.green('+')} ${plain(change.name)}${kind}  ${result}`,
    ...row('', facts.filter((fact) => fact !== '').join(', ')),
    ...row(
      '',
      harmed === ''
        ? ''
        : `taken from others by it: ${harmed}${change.restored === true ? ' (they have it back)' : ''}`,
    ),
  ];
}

function closedOf({ closed, tries, event }: Story, time: (iso: string) => string): string {
  if (event === null) return '';
  const pending = tries === 0 ? '' : ` (left pending ${tries === 1 ? 'once' : `${tries} times`})`;
  if (closed === null) return `not yet${pending}`;
  const after = closed.ms === null ? '' : ` after ${span(closed.ms)}`;
  return `${GLYPHS[closed.outcome]} ${closed.outcome}${because(closed.reason)}, ${time(closed.at)}${after}${pending}`;
}

/** A later version may know more reasons. */
const because = (reason: Reason | null): string =>
  reason === null ? '' : `: ${reasonWords(reason) ?? plain(reason)}`;
