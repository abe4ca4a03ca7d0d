// The end of the audit log: whether the next line can be written, and goes on from a chain that holds.
import { type AuditLine, isIntact, parseAuditLine, type Sha256 } from '../audit-record.ts';
import { type Finding, fine, problem, skipped, warning } from '../finding.ts';
import type { PathFacts } from './disk.ts';

export interface LogFacts {
  readonly file: PathFacts;
  /** Its last lines as they stand, newest first; null where they can't be read. */
  readonly tail: readonly string[] | null;
}

export function checkLog({ file, tail }: LogFacts, sha256: Sha256): Finding {
  const { path } = file;
  // Between two files, the full one has gone to the sealed ones and the next hasn't come.
  const isBetween = tail !== null && tail.length > 0 && file.writable;
  if (file.kind === 'absent' && !isBetween)
    return file.writable
      ? skipped('log', 'There is no audit log yet.')
      : problem(
          'log',
          `${path} can't be made, so nothing new is granted.`,
          'Let yourself write to its directory.',
        );
  const blocked = 'so nothing new is granted (what is taken back still is)';
  if (file.kind !== 'file' && file.kind !== 'absent')
    return problem(
      'log',
      `${path} is no file that can be written to, ${blocked}.`,
      'Move away what is in its place.',
    );
  if (!file.mine || !file.writable || tail === null)
    return problem(
      'log',
      `${path} can't be ${tail === null ? 'read' : 'written to'}, ${blocked}.`,
      `Make it yours again: \`sudo chown "$(id -un)" '${path}'; chmod 600 '${path}'\`.`,
    );
  return checkTail(path, tail, sha256);
}

function checkTail(path: string, tail: readonly string[], sha256: Sha256): Finding {
  const lines = tail.map(parseAuditLine);
  const whole = lines.filter((line): line is AuditLine => line !== null);
  if (tail.length > 0 && whole.length === 0)
    return problem(
      'log',
      `The end of ${path} holds no line of an audit log.`,
      'Keep it aside for whoever audits, and see what wrote to it.',
    );
  const altered = whole.find((line) => !isIntact(line, sha256));
  const broken = whole.find((line, index) => {
    const before = whole[index + 1];
    return before !== undefined && (line.prev !== before.hash || line.seq !== before.seq + 1);
  });
  const at = altered ?? broken;
  if (at !== undefined)
    return problem(
      'log',
      `The audit log was changed, or lost lines, at line ${at.seq}: its chain does not hold.`,
      'Keep a copy, and tell whoever audits this machine; new lines go on from where it stands.',
    );
  if (lines[0] === null)
    return warning(
      'log',
      'The last line of the audit log was cut off, by a crash or a full disk.',
      'Nothing to do: the next line goes on after it.',
    );
  return fine('log', `The audit log takes new lines, and the chain of its last ${whole.length} holds.`);
}
