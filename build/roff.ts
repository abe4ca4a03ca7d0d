// Text as roff, for man(7): nothing in it may be taken for a request, an escape or a dash that isn't one.

/** Plain words: a hyphen in a command must stay one that can be copied, and no line may begin a request. */
export const text = (words: string): string =>
  words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('`', '\\(ga')
    .replaceAll("'", '\\(aq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .split('\n')
    .map((line) => line.replace(/^(?=\.)/, '\\&'))
    .join('\n');

export const bold = (words: string): string => `\\fB${text(words)}\\fR`;
const italic = (words: string): string => `\\fI${text(words)}\\fR`;

/** Words in which `commands` stand in backquotes. */
export const prose = (words: string): string =>
  words
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? bold(part.slice(1, -1)) : text(part)))
    .join('');

/** `--branch <branch>`: what is typed in bold, what is filled in in italics. */
export const flags = (words: string): string =>
  words
    .split(/(<[^>]*>|\[[^\]]*\])/)
    .filter((part) => part !== '')
    .map((part) =>
      /^[<[]/.test(part) ? italic(part.replace(/[<>]/g, '')) : /^[, ]+$/.test(part) ? part : bold(part),
    )
    .join('');

export const section = (name: string, ...lines: readonly string[]): string[] => [`.SH ${name}`, ...lines];
export const paragraphs = (all: readonly string[]): string[] =>
  all.flatMap((each, at) => (at === 0 ? [prose(each)] : ['.PP', prose(each)]));
export const items = (rows: readonly (readonly [term: string, meaning: string])[]): string[] =>
  rows.flatMap(([term, meaning]) => ['.TP', term, prose(meaning)]);
/** As it is, indented. */
export const example = (lines: readonly string[]): string[] => [
  '.PP',
  '.RS 4',
  '.nf',
  ...lines.map(text),
  '.fi',
  '.RE',
];
