// Where in a config's text its faults are.
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { isJson, withoutMark } from '../../core/config-format.ts';
import type { Fault } from '../../core/failure.ts';
import { openConfigText, spotAt } from './config-text.ts';

export function placeFaults(file: string, text: string, faults: readonly Fault[]): Fault[] {
  const bare = withoutMark(text);
  const syntax = isJson(file, bare) ? syntaxFault(file, bare) : null;
  if (syntax !== null) return [syntax];
  const { spotOf } = openConfigText(file, text);
  return faults
    .map((fault) => {
      const at = fault.at ?? (fault.path === file ? null : spotOf(fault.path));
      return at === null ? fault : { ...fault, at };
    })
    .sort(byPlace);
}

/** From the top of the file to its end, as somebody mends them. */
const byPlace = ({ at: a }: Fault, { at: b }: Fault): number =>
  (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);

/** Where a text stops being JSON. One place is enough: what follows it is guesswork. */
function syntaxFault(file: string, text: string): Fault | null {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors.toSorted((a, b) => a.offset - b.offset);
  if (first === undefined) return null;
  const trailing = /,\s*$/.exec(text.slice(0, first.offset));
  const closes = /^[}\]]/.test(text.slice(first.offset));
  const { offset, problem } =
    trailing && closes
      ? { offset: trailing.index, problem: 'a comma with nothing after it' }
      : { offset: first.offset, problem: problemOf(first.error, text.slice(first.offset)) };
  const at = { ...spotAt(file, text, offset), column: columnOf(text, offset) };
  return { path: file, problem: `is not valid JSON: ${problem}`, at };
}

const columnOf = (text: string, offset: number): number => offset - text.lastIndexOf('\n', offset - 1);

function problemOf(code: number, rest: string): string {
  if (rest === '') return 'it ends too early';
  switch (printParseErrorCode(code)) {
    case 'InvalidSymbol':
      return 'keys and texts must stand in double quotes';
    case 'InvalidCommentToken':
      return 'a comment, which JSON does not have (YAML does)';
    case 'CommaExpected':
      return 'a comma is missing before this';
    case 'ColonExpected':
      return 'a colon is missing before this';
    case 'PropertyNameExpected':
      return 'a key in double quotes must stand here';
    case 'ValueExpected':
      return 'a value must stand here';
    case 'EndOfFileExpected':
      return 'something follows the end of the object';
    case 'UnexpectedEndOfString':
      return 'a text without its closing quote';
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return 'a backslash that escapes nothing';
    case 'InvalidCharacter':
      return 'a control character within a text';
    default:
      return 'this does not belong here';
  }
}
