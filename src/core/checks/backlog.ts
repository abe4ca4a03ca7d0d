// What waits: switches nobody read, events that stay open, access that is owed back, a worker that crashed.
import { parseAuditLine } from '../audit-record.ts';
import type { OpenEvent } from '../event.ts';
import { type Finding, fine, problem, type Speech, skipped, warning } from '../finding.ts';
import { isOurs, type Ledger } from '../ledger.ts';

export interface SpoolFacts {
  /** Lines that nobody has read, and when the last of them came. */
  readonly waiting: number;
  readonly since: number;
  readonly open: readonly OpenEvent[];
  /** The pid of a living worker. */
  readonly worker: number | null;
  readonly now: number;
}

/** A worker begins within a second or two; later than this, it isn't coming. */
const SOON = 30_000;

export function checkSpool({ waiting, since, open, worker, now }: SpoolFacts, { span }: Speech): Finding {
  const sync = 'Settle it now, and see why: `scim-hook sync`.';
  if (waiting > 0 && worker === null && now - since > SOON) {
    const lines = waiting === 1 ? 'A switch waits' : `${waiting} switches wait`;
    return problem(
      'spool',
      `${lines} in the spool, the last for ${span(now - since)}, and no worker came for it.`,
      `${sync} Look at what is said of the hook's Node and the worker.`,
    );
  }
  if (open.length > 0) {
    const oldest = Math.min(...open.map((event) => event.at));
    const events = open.length === 1 ? 'An event is' : `${open.length} events are`;
    return warning('spool', `${events} not settled yet, the oldest for ${span(now - oldest)}.`, sync);
  }
  return fine(
    'spool',
    waiting > 0 ? 'A switch was noted just now; the worker is on it.' : 'No switch waits.',
  );
}

/** Lines that a hook of a later format wrote; `tail`: the spool's last lines. Null: there is none. */
export function checkFormat(path: string, tail: readonly string[]): Finding | null {
  const newer = tail.flatMap((line) => {
    const format = Number(/^(\d{1,4})\t/.exec(line)?.[1] ?? 0);
    return format > 1 ? [format] : [];
  });
  return newer.length === 0
    ? null
    : warning(
        'spool',
        `${path} holds lines of a newer scim-hook (format ${Math.max(...newer)}), which this one leaves out; HEAD is followed all the same.`,
        'Update scim-hook: `npm install -D scim-hook@latest`, then `scim-hook install`.',
      );
}

const DAY = 24 * 3_600_000;

/** Switches that git's reflog told of, and no hook; `tail`: the audit log's last lines. Null: none in the last day. */
export function checkGaps(
  tail: readonly string[],
  repo: string,
  now: number,
  { span }: Speech,
): Finding | null {
  const gaps = tail
    .map(parseAuditLine)
    .filter((line) => line?.kind === 'gap' && line.repo === repo && now - Date.parse(line.time) < DAY);
  const last = gaps[0];
  if (last == null) return null;
  const many = gaps.length === 1 ? 'A switch was' : `${gaps.length} switches were`;
  return warning(
    'spool',
    `${many} noted by no hook in the last day, and found later in git's reflog; the last, to ${last.branch ?? 'no branch'}, ${span(now - Date.parse(last.time))} ago.`,
    'Access followed late. See what goes around the hook: another `core.hooksPath`, SCIM_HOOK=0, a program that runs no hooks.',
  );
}

export function checkOwed(ledger: Ledger, now: number, { span }: Speech): Finding {
  const owed = ledger.holdings.filter(
    (holding) => isOurs(holding) && (holding.state === 'owed' || holding.state === 'removing'),
  );
  if (owed.length === 0) return fine('owed', 'Nothing is owed back.');
  const names = owed.map(({ item }) => item.name).join(', ');
  const oldest = Math.min(...owed.map((holding) => holding.since));
  return problem(
    'owed',
    `Still to be given back: ${names}; the oldest was given ${span(now - oldest)} ago.`,
    'Try it now: `scim-hook sync`; it is also tried at each switch. `scim-hook status` says what kept it.',
  );
}

export interface CrashFacts {
  readonly path: string;
  /** The file's text; null: there is none. */
  readonly text: string | null;
  readonly version: string;
  readonly now: number;
}

export function checkWorker({ path, text, version, now }: CrashFacts, { span }: Speech): Finding {
  if (text === null) return fine('worker', 'No worker has crashed.');
  const [head = '', ...stack] = text.split('\n');
  const [time = '', , crashed = ''] = head.split(' ');
  const at = Date.parse(time);
  const ago = Number.isNaN(at) ? '' : ` ${span(now - at)} ago`;
  const why = stack.find((line) => line.trim() !== '') ?? '';
  const remedy = `This is a bug: please report it with ${path}, then delete that file.`;
  return crashed === version
    ? problem(
        'worker',
        `The worker crashed${ago}: ${why}`,
        `${remedy} Until then, \`scim-hook sync\` does its work.`,
      )
    : warning(
        'worker',
        `A worker of ${crashed || 'another version'} crashed${ago}: ${why}`,
        `Delete ${path}; if it comes back, report it.`,
      );
}

/** A versioned file of ours, read without putting anything aside. */
export type StoredFacts =
  | { readonly is: 'absent' | 'whole' }
  | { readonly is: 'newer'; readonly version: number }
  | { readonly is: 'garbage' }
  | { readonly is: 'closed'; readonly why: string };

export function checkStored(
  check: 'ledger' | 'spool',
  path: string,
  stored: StoredFacts,
  mended: string,
): Finding {
  switch (stored.is) {
    case 'whole':
      return fine(check, `${path} can be read.`);
    case 'absent':
      return skipped(check, `${path} isn't there yet.`);
    case 'newer':
      return problem(
        check,
        `${path} was written by a newer scim-hook (format ${stored.version}), so nothing is changed.`,
        'Update scim-hook: `npm install -D scim-hook@latest`.',
      );
    case 'garbage':
      return warning(check, `${path} is damaged.`, mended);
    case 'closed':
      return problem(
        check,
        `${path} can't be read (${stored.why}).`,
        `Give yourself access: \`chmod u+rw '${path}'\`.`,
      );
  }
}
