// `log show`: the whole story of one event.
import { type AuditLine, parseAuditLine } from '../../../core/audit-record.ts';
import type { Failure } from '../../../core/failure.ts';
import { LEAST, Search } from '../../../core/log/search.ts';
import { type Story, storyOf } from '../../../core/log/story.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { LogPlace } from '../../../wire/log-place.ts';
import { type Context, failWith } from '../../context.ts';
import type { ShowDocument } from '../../log-documents.ts';
import type { AtOptions } from '../../log-options.ts';
import { withLog, zoneOf } from '../../log-reading.ts';
import { storyLines } from '../../story-view.ts';
import type { ExitCode } from '../../words.ts';

/** More texts than this are looked for no faster than all lines are read. */
const MANY = 8;

export function runShow(context: Context, id: string, options: AtOptions): Promise<ExitCode> {
  if (id.length < LEAST && !/^\d+$/.test(id)) {
    const problem = `"${id}" is too short for an id; at least ${LEAST} characters of it are needed.`;
    return Promise.resolve(failWith(context, { code: 'usage', problem }));
  }
  return withLog(context, options.from, async (place) => {
    const { screen } = context;
    const found = storiesOf(place, id);
    if (!found.ok) return found;
    if (screen.json) screen.document({ events: found.value } satisfies ShowDocument);
    else
      for (const line of found.value.flatMap((story, at) => [
        ...(at === 0 ? [] : ['']),
        ...storyLines(screen, story, zoneOf(options), Date.now()),
      ]))
        screen.line(line);
    return ok(0);
  });
}

function storiesOf({ files }: LogPlace, id: string): Result<readonly Story[], Failure> {
  const search = new Search(id);
  for (const line of parsed(files.forward({ texts: [search.texts] }))) search.add(line);
  const { meant } = search;
  switch (meant.is) {
    case 'nothing':
      return fail({ code: 'unknown-event', id });
    case 'ambiguous':
      return fail({ code: 'ambiguous-event', id, candidates: meant.ids });
    case 'line':
      return ok([storyOf([meant.line])].filter((story) => story !== null));
  }
  const texts =
    meant.events.length > MANY ? [] : [meant.events.map((event) => `"event":${JSON.stringify(event)}`)];
  const since = meant.since === null || Number.isNaN(meant.since) ? {} : { since: meant.since };
  const lines = new Map<string, AuditLine[]>(meant.events.map((event) => [event, []]));
  for (const line of parsed(files.forward({ texts, ...since }))) lines.get(line.event ?? '')?.push(line);
  return ok([...lines.values()].map(storyOf).filter((story) => story !== null));
}

function* parsed(texts: Iterable<string>): Iterable<AuditLine> {
  for (const text of texts) {
    const line = parseAuditLine(text);
    if (line !== null) yield line;
  }
}
