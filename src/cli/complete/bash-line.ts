// The line somebody is typing in bash, as words; and a name back as bash must see it.
// bash hands over the raw line: what it makes of it itself is split at every `:` and `=`, and says nothing of quotes.

export interface Line {
  /** Without quotes, the program's name among them; the last one is being typed. */
  readonly words: readonly string[];
  /** How much of the last word stays: readline replaces only what follows the last break or quote. */
  readonly kept: number;
  /** The quote that is still open. */
  readonly quote: Quote;
}
type Quote = '' | "'" | '"';

/** readline's special prefixes: these break a word, and belong to what follows. */
const SPECIAL = '$@';

/** `breaks` is COMP_WORDBREAKS. */
export function readLine(line: string, breaks: string): Line {
  const words: string[] = [];
  let [word, kept, begun]: [string, number, boolean] = ['', 0, false];
  let quote: Quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (quote === '"' && char === '\\' && /["\\$`]/.test(line[at + 1] ?? '')) word += line[++at] ?? '';
      else word += char;
    } else if (char === "'" || char === '"') {
      [quote, kept, begun] = [char, word.length, true];
    } else if (char === '\\') {
      [word, begun] = [word + (line[++at] ?? ''), true];
    } else if (/\s/.test(char)) {
      if (begun) words.push(word);
      [word, kept, begun] = ['', 0, false];
    } else {
      [word, begun] = [word + char, true];
      if (breaks.includes(char)) kept = SPECIAL.includes(char) ? word.length - 1 : word.length;
    }
  }
  return { words: [...words, word], kept, quote };
}

/** Null where bash has no way to say it. */
export function quoteFor(quote: Quote, name: string): string | null {
  if (quote === "'") return name.replaceAll("'", "'\\''");
  // History expansion works inside double quotes, and no backslash takes it away without staying itself.
  if (quote === '"') return name.includes('!') ? null : name.replace(/["\\$`]/g, '\\$&');
  return name.replace(/[^\w\-./:=@%+,\u0080-\u{10ffff}]/gu, '\\$&');
}
