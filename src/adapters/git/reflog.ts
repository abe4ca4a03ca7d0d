// What HEAD's reflog has since it was last read: a file that git appends to, or, with the reftable format, what git says.
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Move, moveOf, parseReflogLine, type ReflogLine } from '../../core/reflog.ts';
import type { ReflogCursor, ReflogTail } from '../../flow/ports.ts';
import type { Git } from './git.ts';

/** Bytes: what is further back than this since the last look is told by where HEAD is alone. */
const MOST = 4 * 1024 * 1024;

/** A cursor's line is told from others by its end; messages can be as long as anybody likes. */
const LINE = 400;

/** Without a cursor nothing is read: what was before us is not ours to tell. `whole`: from the beginning instead. */
export async function readReflog(
  git: Git,
  commonDir: string,
  gitDir: string,
  cursor: ReflogCursor | null,
  whole: boolean,
): Promise<ReflogTail> {
  const isTable = await stat(join(commonDir, 'reftable')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const lines = isTable ? await linesOfTable(git, gitDir) : null;
  return isTable
    ? tailOfTable(lines, cursor, whole)
    : tailOfFile(join(gitDir, 'logs', 'HEAD'), cursor, whole);
}

async function tailOfFile(path: string, cursor: ReflogCursor | null, whole: boolean): Promise<ReflogTail> {
  const file = await open(path, 'r').catch(() => null);
  // Reflogs may be off, or expired to nothing.
  if (file === null) return { moves: [], cursor: { offset: 0, line: '' } };
  try {
    const { size } = await file.stat();
    const from = Math.max(0, (cursor === null ? size : Math.min(cursor.offset, size)) - LINE);
    const start = whole && cursor === null ? Math.max(0, size - MOST) : Math.max(from, size - MOST);
    const bytes = Buffer.alloc(size - start);
    await file.read(bytes, 0, bytes.length, start);
    const text = bytes.toString('utf8');
    const end = text.lastIndexOf('\n') + 1;
    const next = {
      offset: size - (Buffer.byteLength(text) - Buffer.byteLength(text.slice(0, end))),
      line: text.slice(0, end).slice(-LINE),
    };
    if (cursor === null) return { moves: whole ? movesOf(text.slice(0, end)) : [], cursor: next };
    if (cursor.line === '') return { moves: movesOf(text.slice(0, end)), cursor: next };
    const known = text.indexOf(cursor.line);
    if (known !== -1) return { moves: movesOf(text.slice(known + cursor.line.length, end)), cursor: next };
    return { moves: await afterExpiry(path, cursor.line), cursor: next };
  } finally {
    await file.close();
  }
}

/** `git reflog expire` and gc write the file anew, without its oldest lines. */
async function afterExpiry(path: string, line: string): Promise<readonly Move[]> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return [];
  try {
    const text = (await file.readFile('utf8')).slice(-MOST);
    const last = line.split('\n').at(-2) ?? '';
    const known = last === '' ? -1 : text.lastIndexOf(last);
    return known === -1 ? [] : movesOf(text.slice(known + last.length + 1));
  } finally {
    await file.close();
  }
}

const movesOf = (text: string): Move[] =>
  text.split('\n').flatMap((each) => {
    const line = parseReflogLine(each);
    return (line === null ? null : moveOf(line)) ?? [];
  });

/** Newest first, as git gives them: the newest line is the cursor. */
async function linesOfTable(git: Git, gitDir: string): Promise<readonly ReflogLine[]> {
  const listed = await git([
    `--git-dir=${gitDir}`,
    'reflog',
    'show',
    '--date=unix',
    '--format=%H %gd %gs',
    'HEAD',
  ]);
  return listed.ok ? parseTable(listed.value) : [];
}

/** `<oid> HEAD@{<seconds>} <message>`; the id before is that of the next line. */
export function parseTable(text: string): readonly ReflogLine[] {
  const rows = text.split('\n').flatMap((each) => {
    const [, oid, seconds, message] = /^([0-9a-f]{40,64}) HEAD@\{(\d+)\} (.*)$/.exec(each) ?? [];
    return oid === undefined || seconds === undefined || message === undefined
      ? []
      : [{ new: oid, at: Number(seconds) * 1000, message }];
  });
  return rows.map((row, index) => ({ ...row, old: rows[index + 1]?.new ?? '0'.repeat(row.new.length) }));
}

export function tailOfTable(
  lines: readonly ReflogLine[] | null,
  cursor: ReflogCursor | null,
  whole: boolean,
): ReflogTail {
  const keyOf = (line: ReflogLine): string => `${line.new} ${line.at} ${line.message}`.slice(0, LINE);
  const newest = lines?.[0];
  // Git gives no numbers that stay, so the newest line and how many were there stand for the place.
  const next = { offset: lines?.length ?? 0, line: newest === undefined ? '' : keyOf(newest) };
  if (lines === null || (cursor === null && !whole)) return { moves: [], cursor: next };
  const known =
    cursor === null || cursor.line === ''
      ? lines.length
      : lines.findIndex((line) => keyOf(line) === cursor.line);
  const fresh = known === -1 ? [] : lines.slice(0, known).toReversed();
  return { moves: fresh.flatMap((line) => moveOf(line) ?? []), cursor: next };
}
