// `status` for people: one row a fact, in the order in which one asks.
import type { StatusDocument } from './documents.ts';
import { type Row, rowLines } from './layout.ts';
import { reasonWords } from './reason-words.ts';
import { plain, type Screen } from './screen.ts';
import { kindWords, standingWords } from './ship-words.ts';
import { moment, span } from './time.ts';

type Paint = Screen['paint'];

const NAME_WIDTH = 9;

export function showStatus(screen: Screen, status: StatusDocument, now: number): void {
  const { paint, columns } = screen;
  const rows = [
    hookRow(status, paint),
    ...trustRows(status, paint),
    { name: 'mode', text: modeWords(status.mode) },
    { name: 'branch', text: status.branch === null ? 'none (HEAD is detached)' : status.branch },
    ...holdRows(status, paint, now),
    ...status.leases.map((lease) => leaseRow(lease, now)),
    ...waitingRows(status, paint, now),
    ...lastRows(status, paint, now),
    ...shippingRows(status, paint, now),
  ];
  for (const row of rows) {
    const shown = { ...row, text: row.text.split('\n').map(plain).join('\n') };
    for (const line of rowLines(shown, columns, NAME_WIDTH, paint.dim)) screen.line(line);
  }
  if (status.next === null) return;
  screen.line();
  for (const line of rowLines({ name: 'next', text: status.next }, columns, NAME_WIDTH, paint.bold))
    screen.line(line);
}

function hookRow({ hook }: StatusDocument, paint: Paint): Row {
  const words: Readonly<Record<StatusDocument['hook']['state'], string>> = {
    runs: 'ok, git would run it now',
    absent: 'no, it is not installed',
    foreign: "no, another hook is in its place, which isn't ours",
    edited: 'no, it is ours, but somebody changed it',
    'not-executable': 'no, it is not executable, so git ignores it',
    shadowed: 'no, git looks elsewhere (core.hooksPath), so it would not run',
    displaced: 'no, another tool took it out, or put itself before it',
  };
  return { name: 'hook', text: words[hook.state], paint: hook.state === 'runs' ? paint.green : paint.red };
}

function trustRows({ trust }: StatusDocument, paint: Paint): Row[] {
  const { state, detail, policy, commit, endpoint, subject, missing, notes } = trust;
  const from = policy?.startsWith('sha256:')
    ? 'the file as it was accepted (in no commit yet)'
    : (policy ?? '');
  const lacking =
    missing.length === 0
      ? (detail ?? 'nothing is accepted here')
      : `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing from git's config`;
  const words: Readonly<Record<typeof state, string>> = {
    trusted: `ok, ${from}${commit === null ? '' : ` ${commit.slice(0, 10)}`}`,
    untrusted: `no, ${missing.length === 4 ? 'nothing is accepted in this clone' : lacking}`,
    'ref-gone': `no, ${from} is gone, so nothing new is granted`,
    'file-gone': `no config file at ${from} any more, so nothing is granted`,
    invalid: `no, there are faults in ${detail ?? from}, so nothing new is granted`,
  };
  const colour = state === 'trusted' ? paint.green : state === 'file-gone' ? paint.yellow : paint.red;
  return [
    { name: 'rules', text: words[state], paint: colour },
    ...(endpoint === null ? [] : [{ name: 'endpoint', text: endpoint }]),
    ...(subject === null ? [] : [{ name: 'you', text: `${subject.value} (${subject.id})` }]),
    ...notes.map((text) => ({ name: 'note', text: text.replaceAll('\n', ' '), paint: paint.yellow })),
  ];
}

function modeWords(mode: StatusDocument['mode']): string {
  const words: Readonly<Record<StatusDocument['mode'], string>> = {
    enforce: 'enforce',
    audit: 'audit: looks and logs, changes nothing',
    'release-only': 'release-only: gives back, grants nothing',
    off: 'off: switched off; what is held is given back',
  };
  return words[mode];
}

function holdRows({ holds }: StatusDocument, paint: Paint, now: number): Row[] {
  const owed = holds.filter(({ state }) => state === 'owed' || state === 'removing');
  const held = holds.filter((each) => !owed.includes(each));
  const kindOf = (kind: string): string => (kind === 'group' ? '' : ` (${kind})`);
  const names = held.map(
    ({ name, kind, state }) => `${name}${kindOf(kind)}${state === 'adding' ? ' (on its way)' : ''}`,
  );
  return [
    { name: 'holds', text: names.length === 0 ? 'nothing' : names.join(', ') },
    ...owed.map(({ name, kind, since, tried }) => {
      const reason = tried === null || tried.reason === null ? '' : `: ${words(tried.reason)}`;
      const last = tried === null ? '' : `, last tried ${span(now - Date.parse(tried.at))} ago${reason}`;
      const text = `${name}${kindOf(kind)}, not given back yet; granted ${span(now - Date.parse(since))} ago${last}`;
      return { name: 'owed', text, paint: paint.yellow };
    }),
  ];
}

function leaseRow(lease: StatusDocument['leases'][number], now: number): Row {
  const ends: Readonly<Record<string, string>> = {
    switch: 'until you switch',
    'branch-deleted': 'until the branch is deleted',
    'upstream-deleted': 'until its upstream is deleted',
  };
  const rest = lease.expires === null ? 0 : Date.parse(lease.expires) - now;
  const left =
    lease.expires === null
      ? (ends[lease.until] ?? lease.until)
      : rest > 0
        ? `${span(rest)} left`
        : 'over, ends with the next sync';
  const where = lease.here ? (lease.worktree ?? 'all of this repository') : lease.repo;
  // A plain sync is about where HEAD is, and ends what was asked for by hand.
  const by =
    lease.by === 'checkout' ? '' : lease.by === 'hand' ? ', by hand until a plain sync' : `, by ${lease.by}`;
  return {
    name: lease.here ? 'lease' : 'elsewhere',
    text: `${lease.branch}: ${left} (${lease.rules.join(', ')}; ${where}${by}) ${lease.id.slice(0, 8)}`,
  };
}

function waitingRows({ spool, pending, worker }: StatusDocument, paint: Paint, now: number): Row[] {
  const settling = worker.pid === null ? '' : `; the worker is on it (pid ${worker.pid})`;
  const read =
    spool.waiting === 0
      ? 'empty'
      : `${spool.waiting} ${spool.waiting === 1 ? 'switch' : 'switches'} not read yet${settling}`;
  return [
    { name: 'spool', text: read },
    ...pending.map(({ kind, branch, at }) => ({
      name: 'pending',
      text: `${kind}${branch === null ? '' : ` to ${branch}`}, not settled for ${span(now - Date.parse(at))}${settling}`,
      paint: paint.yellow,
    })),
    ...(worker.crash === null ? [] : [{ name: 'worker', text: `crashed ${worker.crash}`, paint: paint.red }]),
  ];
}

function lastRows({ last }: StatusDocument, paint: Paint, now: number): Row[] {
  if (last === null) return [];
  const reason = last.reason === null ? '' : `: ${words(last.reason)}`;
  const at = `${moment(last.at, now)}, ${span(now - Date.parse(last.at))} ago`;
  const bad = last.outcome === 'failed' || last.outcome === 'refused';
  return [
    {
      name: 'last',
      text: `${last.branch ?? 'no branch'} ${last.outcome}${reason} (${at})`,
      ...(bad ? { paint: paint.red } : {}),
    },
  ];
}

function shippingRows({ shipping }: StatusDocument, paint: Paint, now: number): Row[] {
  const { extent, destinations, problems } = shipping;
  return [
    ...destinations.map((each) => ({
      name: 'ships',
      text: `to ${each.url} (${kindWords(each)}): ${standingWords(each, now)}`,
      ...(each.failed === null ? {} : { paint: paint.yellow }),
    })),
    ...problems.map(({ where, problem }) => ({
      name: 'ships',
      text: `no, ${where}: ${problem}`,
      paint: paint.red,
    })),
    ...(extent === 'off' ? [{ name: 'ships', text: 'nothing: scim-hook.ship is off' }] : []),
  ];
}

const words = (reason: string): string => reasonWords(reason as Parameters<typeof reasonWords>[0]) ?? reason;
