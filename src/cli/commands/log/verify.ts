// `log verify`: is the log whole, is it the one that left this machine, and who signed it.
import { basename, dirname } from 'node:path';
import type { Failure } from '../../../core/failure.ts';
import type { Finding, Note, Remarks } from '../../../core/log/remark.ts';
import { type Checked, type Verified, verifyLog } from '../../../flow/verify-log.ts';
import { type Context, failWith } from '../../context.ts';
import type { VerifyOptions } from '../../log-options.ts';
import { plainSentence } from '../../plain.ts';
import { findingWords, noteWords } from '../../remark-words.ts';
import { plain, type Screen } from '../../screen.ts';
import { documentOf } from '../../verify-document.ts';
import { type ExitCode, exitOf } from '../../words.ts';

/** Findings on a screen, and notes: what matters is in the first of them. */
const MOST_FINDINGS = 100;
const MOST_NOTES = 10;

export async function runVerify(context: Context, options: VerifyOptions): Promise<ExitCode> {
  const { screen, cwd, env } = context;
  const { openProof } = await import('../../../wire/proof.ts');
  const opened = await openProof(cwd, env, options);
  if (!opened.ok) return unreadable(context, opened.failure);
  const { ports, question, directory } = opened.value;
  const verified = await verifyLog(ports, question);
  if (!verified.ok) return unreadable(context, verified.failure);
  const document = documentOf(verified.value);
  if (screen.json) screen.document(document);
  else show(screen, verified.value, (file) => nameOf(file, directory, question.single));
  return document.whole ? 0 : 1;
}

/** Nothing can be said of a log that can't be read: that is no verdict. */
function unreadable(context: Context, failure: Failure): ExitCode {
  const code = failWith(context, failure);
  return failure.code === 'disk' || exitOf(failure) === 1 ? 2 : code;
}

/** Of our own log the name in its directory, as the rest is known. */
function nameOf(file: string, directory: string, single: boolean): string {
  const isOurs = single && (dirname(file) === directory || dirname(dirname(file)) === directory);
  return plain(isOurs ? basename(file) : file);
}

type Name = (file: string) => string;

function show(screen: Screen, { chains, findings, notes, checkpoints, against }: Verified, name: Name): void {
  const { paint } = screen;
  let [room, notesRoom] = [MOST_FINDINGS, MOST_NOTES];
  const tell = (remarks: { findings: Remarks<Finding>; notes: Remarks<Note> }): void => {
    const told = remarks.findings.shown.slice(0, room);
    room -= told.length;
    for (const found of told)
      screen.line(`${paint.red('✗')} ${placeOf(found, name)}  ${plainSentence(findingWords(found, name))}`);
    more(screen, remarks.findings.count - told.length, 'finding');
    const noted = remarks.notes.shown.slice(0, notesRoom);
    notesRoom -= noted.length;
    for (const note of noted)
      screen.line(paint.dim(`· ${placeOf(note, name)}  ${plainSentence(noteWords(note, name))}`));
    more(screen, remarks.notes.count - noted.length, 'note');
  };
  tell({ findings, notes });
  for (const chain of chains) {
    tell(chain);
    screen.line(summary(screen, chain, chains.length > 1));
    if (chain.last !== null) screen.line(`Head: seq ${chain.last.seq} hash ${plain(chain.last.hash)}`);
  }
  if (chains.length === 0) screen.line('There is no line in these files.');
  const good = checkpoints.flatMap(({ made, signature }) =>
    signature.is === 'good' ? [{ ...made, signer: signature.signer }] : [],
  );
  const newest = good.at(-1);
  if (newest !== undefined)
    screen.line(
      `Signed: seq ${newest.seq} by ${plain(newest.signer)} at ${newest.time}${good.length > 1 ? `, and ${good.length - 1} before it` : ''}`,
    );
  if (against !== null) {
    const skipped = against.skipped > 0 ? `, ${number(against.skipped)} of other machines skipped` : '';
    screen.line(
      `Compared with ${plain(against.path)}: ${number(against.matched)} of ${number(against.lines)} lines are here${skipped}`,
    );
  }
  const count = findings.count + chains.reduce((sum, chain) => sum + chain.findings.count, 0);
  if (chains.length > 1 || findings.count > 0)
    screen.line(
      count === 0 ? paint.green('All of it is whole.') : paint.red(`Not whole: ${findingCount(count)}.`),
    );
}

function more(screen: Screen, count: number, what: string): void {
  if (count > 0)
    screen.line(screen.paint.dim(`  and ${number(count)} more ${what}${count === 1 ? '' : 's'}`));
}

const placeOf = (
  { file, line, seq }: { file: string; line: number; seq: number | null },
  name: Name,
): string => `${name(file)}:${line}${seq === null ? '' : ` (seq ${seq})`}`;

function summary({ paint }: Screen, chain: Checked, several: boolean): string {
  const { first, last, device, lines, files, dropped } = chain;
  const whose = several ? `${plain(device ?? '(no device)')}: ` : '';
  const broken = chain.findings.count;
  const verdict = broken === 0 ? paint.green('whole') : paint.red(`not whole, ${findingCount(broken)}`);
  if (first === null || last === null)
    return broken === 0
      ? `${whose}The log is empty: nothing was recorded yet.`
      : `${whose}No lines: ${verdict}.`;
  const parts = [
    `${number(lines)} ${lines === 1 ? 'line' : 'lines'}`,
    `seq ${first.seq}–${last.seq}`,
    ...(files > 1 ? [`${files} segments`] : []),
    `from ${plain(first.time)} to ${plain(last.time)}`,
    ...(dropped > 0 ? [`${number(dropped)} older ones let go of`] : []),
  ];
  return `${whose}${parts.join(', ')}: ${verdict}.`;
}

const findingCount = (count: number): string => `${number(count)} ${count === 1 ? 'finding' : 'findings'}`;

const number = (value: number): string => value.toLocaleString('en');
