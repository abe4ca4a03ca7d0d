// `log`: what happened to access in this repository, newest first.
import type { AuditLine } from '../../../core/audit-record.ts';
import type { Failure } from '../../../core/failure.ts';
import { canonicalise, type Json } from '../../../core/jcs.ts';
import { repositoryId } from '../../../core/repository-id.ts';
import { ok, type Result } from '../../../core/result.ts';
import type { Here } from '../../../wire/here.ts';
import { type Context, failWith, withHere } from '../../context.ts';
import type { LogDocument } from '../../place-documents.ts';
import { escaped } from '../../plain.ts';
import { plain, type Screen } from '../../screen.ts';
import { moment } from '../../time.ts';
import type { ExitCode } from '../../words.ts';

export interface LogOptions {
  readonly number?: string;
  readonly allRepos?: boolean;
}

/** Lines for people on a terminal where nobody says how many. */
const ENOUGH = 50;

export function runLog(context: Context, options: LogOptions): Promise<ExitCode> {
  const wanted = options.number === undefined ? null : Number(options.number);
  if (wanted !== null && (!Number.isSafeInteger(wanted) || wanted < 1)) {
    return Promise.resolve(
      failWith(context, { code: 'usage', problem: `-n takes a number of lines, not "${options.number}".` }),
    );
  }
  return withHere(context, async (here) => {
    const { screen } = context;
    const limit = wanted ?? (screen.json ? Number.POSITIVE_INFINITY : ENOUGH);
    return screen.json ? printJson(screen, here, options, limit) : printList(screen, here, options, limit);
  });
}

async function* linesOf(here: Here, { allRepos }: LogOptions): AsyncIterable<AuditLine> {
  const repo = repositoryId(here.entries) ?? here.commonDir;
  for await (const line of here.ports.audit.readBack()) {
    if (allRepos === true || line.repo === repo) yield line;
  }
}

/** One document, an array, with each stored line on a line of its own, so that line tools can read it too. */
async function printJson(
  screen: Screen,
  here: Here,
  options: LogOptions,
  limit: number,
): Promise<Result<ExitCode, Failure>> {
  let count = 0;
  for await (const line of linesOf(here, options)) {
    if (count >= limit) break;
    screen.raw(
      `${count === 0 ? '[\n' : ',\n'}${escaped(canonicalise(line satisfies LogDocument[number] as unknown as Json))}`,
    );
    count += 1;
  }
  screen.raw(count === 0 ? '[]\n' : '\n]\n');
  return ok(0);
}

/** Intents are for those who check the log; people want to know what came of them. */
async function printList(
  screen: Screen,
  here: Here,
  options: LogOptions,
  limit: number,
): Promise<Result<ExitCode, Failure>> {
  let count = 0;
  for await (const line of linesOf(here, options)) {
    if (line.kind === 'intent' || line.kind === 'log-start') continue;
    if (count >= limit) break;
    screen.line(listLine(screen, line, here.ports.clock.now()));
    count += 1;
  }
  if (count === 0) screen.note('The log has nothing of this repository yet.');
  return ok(0);
}

export function listLine({ paint }: Screen, line: AuditLine, now: number): string {
  const at = paint.dim(moment(line.time, now));
  const branch = plain(line.branch ?? '(no branch)');
  const reason = line.reason === undefined ? '' : ` (${plain(line.reason)})`;
  if (line.kind === 'change') {
    const sign = line.op === 'remove' || line.op === 'delete' ? paint.yellow('-') : paint.green('+');
    const proof = line.verified === undefined ? '' : `, ${plain(line.verified)}`;
    return `${at}  ${sign} ${plain(line.name ?? '')}  ${plain(line.outcome ?? '')}${proof}${reason}`;
  }
  if (line.kind === 'sync') {
    const took = line.ms === undefined ? '' : paint.dim(`  ${line.ms} ms`);
    return `${at}  = ${branch}  ${plain(line.outcome ?? '')}${reason}${took}`;
  }
  const from = line.from === undefined ? '' : paint.dim(`  from ${plain(line.from ?? '(no branch)')}`);
  return `${at}  ${paint.bold(plain(line.kind))}${line.branch === undefined ? '' : `  ${branch}`}${from}`;
}
