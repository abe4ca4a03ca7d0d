// What a check of the log found, each as one plain sentence.
import type { Finding, Note, Placed } from '../core/log/remark.ts';
import type { Place } from '../core/log/stored-line.ts';

/** `name`: how a file is called for people. */
type Name = (file: string) => string;

const many = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`;

const at = ({ file, line }: Place, name: Name): string => `line ${line} of ${name(file)}`;

export function findingWords(found: Placed<Finding>, name: Name): string {
  switch (found.is) {
    case 'altered':
      return 'altered: its hash is not that of what it says';
    case 'broken-link':
      return found.after === 0
        ? 'it says it is the first line, and yet follows another'
        : `it doesn't follow the line before it (seq ${found.after}): that one is not the one that was written there`;
    case 'gap':
      return `${many(found.missing, 'line is', 'lines are')} missing before it: ${span(found.after + 1, found.after + found.missing)}`;
    case 'out-of-order':
      return `out of order: it comes after seq ${found.after}`;
    case 'wrong-number':
      return `wrong number: by the line that it follows it is seq ${found.expected}`;
    case 'swapped':
      return `it has changed places with ${at(found.other, name)}`;
    case 'inserted':
      return 'put in: the lines before and after it follow one another without it';
    case 'replayed':
      return `told again: it is ${at(found.other, name)} once more`;
    case 'fork':
      return `fork: it follows ${found.after === 0 ? 'the beginning' : `seq ${found.after}`}, as ${at(found.other, name)} does. Either two programs wrote without seeing each other (a shared or network directory, containers), or one of the two lines was put in`;
    case 'restart':
      return `a new log begins here, after seq ${found.after} of another one`;
    case 'unreadable':
      return found.torn
        ? 'destroyed: it is no whole line any more, and the next one follows what was written there'
        : 'it is no line of the log';
    case 'newer-unchecked':
      return `written by a newer scim-hook (format ${found.v}), whose hash can't be checked by this one; update it`;
    case 'time-backwards':
      return `time runs backwards: written at ${found.time}, the line before it at ${found.before}`;
    case 'no-beginning':
      return `the log begins here: ${many(found.missing, 'line', 'lines')} before it (seq ${span(1, found.missing).replace('seq ', '')}) are gone, and no line says that they were let go of`;
    case 'wrong-beginning':
      return `the log begins here, but ${at(found.other, name)}, which says that older lines were let go of, means another first line`;
    case 'misnamed':
      return `its file is named for seq ${found.named}`;
    case 'empty-segment':
      return `no line is in it; its name says that it begins with seq ${found.named}`;
    case 'unanswered':
      return `unresolved: it meant to ${found.op} ${found.name}, its event was closed, and no line says what came of it`;
    case 'closed-twice':
      return `event ${found.event} was closed before`;
    case 'truncated':
      return `cut off: ${name(found.source)} knows ${many(found.beyond, 'line')} after the last one here, up to seq ${found.last}`;
    case 'rewritten':
      return `rewritten: ${at(found.other, name)} has another hash for this number`;
    case 'not-here':
      return 'it is not in the log, which has no line of that number';
    case 'not-this-log':
      return `nothing was compared: no line in it is of this log${found.device === null ? '' : `, but of device ${found.device}`}. It is another machine's, or this log was begun anew`;
    case 'bad-source':
      return 'not compared: its hash is not that of what it says, so it was altered there';
    case 'bad-checkpoint':
      return 'it is no checkpoint, or was edited';
    case 'bad-signature':
      return `its signature is not good${found.detail === '' ? '' : `: ${found.detail}`}`;
  }
}

export function noteWords(note: Placed<Note>, name: Name): string {
  switch (note.is) {
    case 'torn':
      return 'cut off, by a crash or a full disk, or it is being written now; the log goes on around it';
    case 'newer':
      return `written by a newer scim-hook (format ${note.v}): its hash and its place are right, what it says was not looked at`;
    case 'open-intent':
      return `it meant to ${note.op} ${note.name}, and no line says what came of it; its event is open, so it may still be under way`;
    case 'open-event':
      return `${note.kind === 'sync' ? 'its event' : `this ${note.kind}`} is not closed; it may still be under way`;
    case 'dropped':
      return `older lines (${span(1, note.count)}) were let go of after their time, as ${at(note.other, name)} says, written ${note.other.time}`;
    case 'repeated':
      return `the same as ${at(note.other, name)}`;
    case 'unsigned':
      return 'the checkpoint has no signature beside it';
    case 'unchecked-signature':
      return `its signature was not checked (${note.detail})`;
    case 'unknown-signer':
      return note.signers
        ? `signed, but by a key that no allowed signer has (${note.key})`
        : `signed, but nobody said whose key this is (${note.key}): name the signers with --allowed-signers`;
  }
}

const span = (from: number, to: number): string => (from === to ? `seq ${from}` : `seq ${from}–${to}`);
