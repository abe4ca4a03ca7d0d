// Text from a branch, a file or a server, made safe to be shown: what acts on the terminal, or can't be seen, is marked.

/** More than any branch or group is called in earnest; who needs all of it takes --json. */
const LONGEST = 300;
const LONGEST_SENTENCE = 2_000;
const MARK = '\ufffd';
const ESCAPE = '\u001b';
/** C0 and C1 controls, line and paragraph separators, and format characters: bidi, zero width, tags. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** What chalk writes for the few styles that are used here. */
const STYLE_OR_UNSEEN = new RegExp(
  `(${ESCAPE}\\[(?:[12]|22|3[1-6]|39)m)|(\\n)|[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]`,
  'gu',
);

/** A name, on one line. Where something was taken out a mark says so, or two names would look the same. */
export const plain = (name: string): string => bounded(name, LONGEST);

/** The same for a sentence with names in it. */
export const plainSentence = (sentence: string): string => bounded(sentence, LONGEST_SENTENCE);

function bounded(text: string, longest: number): string {
  const clean = text.replace(UNSEEN, MARK);
  const characters = clean.length > longest ? [...clean] : [];
  return characters.length > longest ? `${characters.slice(0, longest).join('')}…` : clean;
}

/** The last guard of everything printed for people: only our own styles and line ends get through. */
export const guarded = (text: string, styled: boolean): string =>
  text.replace(
    STYLE_OR_UNSEEN,
    (_, style?: string, end?: string) => end ?? (style === undefined ? MARK : styled ? style : ''),
  );

/** JSON that says the same to whoever parses it, and nothing to a terminal: in JSON these stand in strings only. */
export const escaped = (json: string): string =>
  json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
