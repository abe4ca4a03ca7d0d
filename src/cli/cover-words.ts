// What an answer out of logs covers, and what it can't: nobody is to take silence for "nobody had it".
import type { Cover } from '../flow/log-cover.ts';
import { withinOf } from './answer-document.ts';
import type { Calendar } from './calendar.ts';
import { plain } from './plain.ts';

/** What has to be said before anything else, where the moment lies outside the logs; null where it doesn't. */
export function outsideWords(moment: number, covers: readonly Cover[], calendar: Calendar): string | null {
  switch (withinOf(moment, covers)) {
    case 'none':
      return 'There is no log here yet, so nothing can be said.';
    case 'before': {
      const first = Math.min(...covers.map((cover) => Date.parse(cover.first.time)));
      return `That is before the first line (${calendar.stamp(first)}), so the log can't tell.`;
    }
    case 'after': {
      const last = Math.max(...covers.map((cover) => Date.parse(cover.last.time)));
      return `The last line is of ${calendar.stamp(last)}; this is how things stood then, and nothing was logged since.`;
    }
    case 'inside':
      return null;
  }
}

export function coverLines(moment: number, covers: readonly Cover[], calendar: Calendar): string[] {
  const lines = covers.map(({ paths, device, first, last }) => {
    const machine = device === null ? '(a machine that no line names)' : plain(device);
    const many = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
    const span = `lines ${first.seq} to ${last.seq}, ${calendar.stamp(Date.parse(first.time))} to ${calendar.stamp(Date.parse(last.time))}`;
    const [isEarly, isLate] = [moment < Date.parse(first.time), moment > Date.parse(last.time)];
    const outside = isEarly
      ? '; begins after that moment'
      : isLate && covers.length > 1
        ? '; ends before that moment'
        : '';
    const older = first.seq > 1 ? '; older lines are not in it' : '';
    return `machine ${machine}: ${span} (${plain(paths[0] ?? '')}${many})${outside}${older}`;
  });
  return [...lines, 'Access that was given outside scim-hook is in no log.'];
}
