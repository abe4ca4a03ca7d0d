// Lines for a terminal of some width: broken between words, and what follows stands below where the text began.
import { stripVTControlCharacters } from 'node:util';
import wrapAnsi from 'wrap-ansi';

/** A text starts after its label where two spaces follow one, as in `hook      git would run it now`, or after a sign. */
const LABEL = /^\s*(?:\S+\s{2,}|[-+=]\s+)/;
const STYLE = new RegExp(`^${'\u001b'}\\[[\\d;]*m`);
/** Stands for a space that must stay: a command that is copied from the screen has to work. */
const SOLID = '\ue000';

export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const bare = stripVTControlCharacters(line);
  // What fits is left as it is: whoever made the line may have cut it for this width already.
  if (!wrapAnsi(bare, width, { hard: false, trim: false }).includes('\n')) return line;
  const lead = /^\s*/.exec(bare)?.[0].length ?? 0;
  const label = LABEL.exec(bare)?.[0].length ?? 0;
  const [cut, hang] = label > 0 && label <= width / 2 ? [label, label] : [lead, lead + 2];
  const at = indexOfColumn(line, cut);
  const solid = line.slice(at).replace(/`[^`]*`/g, (command) => command.replaceAll(' ', SOLID));
  const wrapped = wrapAnsi(solid, Math.max(width - hang, 1), { hard: false });
  return line.slice(0, at) + wrapped.replaceAll('\n', `\n${' '.repeat(hang)}`).replaceAll(SOLID, ' ');
}

/** Where a column begins in a line with colours; up to there it is ASCII. */
function indexOfColumn(line: string, column: number): number {
  let [at, seen] = [0, 0];
  while (seen < column && at < line.length) {
    const code = STYLE.exec(line.slice(at));
    if (code === null) seen += 1;
    at += code?.[0].length ?? 1;
  }
  return at;
}
