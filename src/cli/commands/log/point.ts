// What `log who` and `log user` have in common: a moment, the logs, and the answer for people or programs.
import { distance } from 'fastest-levenshtein';
import { certaintyAt } from '../../../core/log/span.ts';
import { readWhen, UTC } from '../../../core/log/when.ts';
import { type Answer, askWho, type Question, type Told } from '../../../flow/who.ts';
import { answerDocument } from '../../answer-document.ts';
import { Calendar } from '../../calendar.ts';
import { type Context, failWith } from '../../context.ts';
import { coverLines, outsideWords } from '../../cover-words.ts';
import { rowLines } from '../../layout.ts';
import { LOCAL } from '../../local-time.ts';
import type { AtOptions } from '../../log-options.ts';
import { plain, type Screen } from '../../screen.ts';
import { certaintyWords, endWords, factsOf, timeWords } from '../../span-words.ts';
import { withLogs } from '../../with-logs.ts';
import type { ExitCode } from '../../words.ts';

/** The widest name of a row, and the space before it. */
const WIDTH = 10;
const LEAD = '    ';

export function runPoint(
  context: Context,
  asked: Pick<Question, 'aspect' | 'asked'>,
  { at, from, utc }: AtOptions,
): Promise<ExitCode> {
  const zone = utc === true ? UTC : LOCAL;
  const now = Date.now();
  const moment = at === undefined ? { ok: true as const, value: now } : readWhen(at, { now, local: zone });
  if (!moment.ok) return Promise.resolve(failWith(context, { code: 'usage', problem: moment.failure }));
  return withLogs(context, from, (logs) => {
    const answer = askWho(logs, { ...asked, moment: moment.value }, distance);
    if (context.screen.json) context.screen.document(answerDocument(answer));
    else print(context.screen, answer, new Calendar(zone));
    return 0;
  });
}

function print(screen: Screen, answer: Answer, calendar: Calendar): void {
  const { moment, holders, covers } = answer;
  const outside = outsideWords(moment, covers, calendar);
  if (outside !== null) screen.line(outside);
  if (holders.length > 0) {
    screen.line(headline(answer, calendar));
    for (const told of holders) printHolder(screen, answer, told, calendar);
  } else if (covers.length > 0) {
    // Before the first line nobody knows; all else the log can say.
    if (covers.some(({ first }) => moment >= Date.parse(first.time))) screen.line(nobody(answer, calendar));
    printNear(screen, answer, calendar);
  }
  screen.line();
  screen.line(screen.paint.dim(`Covers (times in ${calendar.offset(moment)}):`));
  for (const line of coverLines(moment, covers, calendar)) screen.line(screen.paint.dim(`  ${line}`));
}

function headline({ aspect, asked, moment, holders }: Answer, calendar: Calendar): string {
  const when = `At ${calendar.spoken(moment)} (${calendar.offset(moment)})`;
  if (aspect === 'subject') return `${when}, ${plain(asked)} held:`;
  const isSure = holders.every(({ span }) => certaintyAt(span, moment) !== 'maybe');
  const who = holders.length === 1 ? 'this person' : `these ${holders.length}`;
  return `${when}, ${who} ${isSure ? 'held' : 'held, or may have held,'} ${plain(asked)}:`;
}

function printHolder(screen: Screen, { aspect, moment }: Answer, told: Told, calendar: Calendar): void {
  const { item, subject } = told.span;
  const kind = item.kind === 'group' ? '' : ` (${item.kind})`;
  const title = aspect === 'name' ? `${plain(subject)}${kind}` : `${plain(item.name)}${kind}`;
  screen.line();
  screen.line(`  ${screen.paint.bold(title)}  ${certaintyWords(told.span, moment)}`);
  const columns = screen.columns === undefined ? undefined : screen.columns - LEAD.length;
  for (const fact of factsOf(told, moment, calendar))
    for (const line of rowLines(fact, columns, WIDTH, screen.paint.dim)) screen.line(`${LEAD}${line}`);
}

function nobody({ aspect, asked, moment }: Answer, calendar: Calendar): string {
  const when = `At ${calendar.spoken(moment)} (${calendar.offset(moment)})`;
  const name = plain(asked);
  return aspect === 'name'
    ? `${when}, nobody held ${name} by scim-hook.`
    : `${when}, ${name} held nothing by scim-hook.`;
}

function printNear(screen: Screen, answer: Answer, calendar: Calendar): void {
  const { known, last, next, aspect, similar } = answer;
  if (!known) {
    screen.line(
      `No line of ${answer.covers.length === 1 ? 'the log' : 'these logs'} is about ${plain(answer.asked)}.`,
    );
    if (similar.length > 0) screen.line(`Did you mean ${similar.map(plain).join(', or ')}?`);
    return;
  }
  const who = ({ span }: Told): string => plain(aspect === 'name' ? span.subject : span.item.name);
  if (last !== null)
    screen.line(
      `Last before that: ${who(last)}, ${timeWords(last.span, calendar)}; ${endWords(last, calendar)}.`,
    );
  if (next !== null) screen.line(`Next after that: ${who(next)}, ${timeWords(next.span, calendar)}.`);
}
