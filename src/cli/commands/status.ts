// `status`: would git run the hook now, what is trusted, what is held and for how long, what waits.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookState } from '../../core/hook-place.ts';
import { isOurs } from '../../core/ledger.ts';
import { ok } from '../../core/result.ts';
import { type Survey, survey } from '../../flow/survey.ts';
import { type Context, withHere } from '../context.ts';
import type { StatusDocument } from '../documents.ts';
import { plain, type Screen } from '../screen.ts';
import { moment, span } from '../time.ts';
import { type ExitCode, reasonWords } from '../words.ts';

export const runStatus = (context: Context): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const ports = here.installPorts();
    const seen = await survey(ports, here.entries, here.place.gitDir);
    if (!seen.ok) return seen;
    const crash = await readFile(join(here.spool, 'crash'), 'utf8').catch(() => null);
    const document = toDocument(seen.value, here.worker(), crash?.split('\n')[0] ?? null);
    if (context.screen.json) context.screen.document(document);
    else show(context.screen, document, here.ports.clock.now());
    return ok(0);
  });

function toDocument(
  { standing, hook, branch, ledger, waiting, open, last }: Survey,
  pid: number | null,
  crash: string | null,
): StatusDocument {
  const { settings, policy, commonDir } = standing;
  const { pins } = settings;
  const oldest = open.length === 0 ? null : Math.min(...open.map((event) => event.at));
  return {
    hook,
    mode: settings.mode,
    trust: {
      state: policy.state,
      detail: policy.state === 'untrusted' ? policy.detail : policy.state === 'invalid' ? policy.where : null,
      endpoint: pins?.endpoint ?? null,
      subject: pins === null ? null : { value: pins.subject, id: pins.subjectId },
      policy: pins?.policy ?? null,
      commit: policy.state === 'trusted' ? policy.version.commit : null,
    },
    branch,
    leases: ledger.leases.map((lease) => ({
      id: lease.id,
      branch: lease.branch,
      worktree: lease.worktree?.path ?? null,
      repo: lease.repo,
      here: lease.commonDir === commonDir,
      rules: [...lease.rules],
      until: lease.until,
      by: lease.by,
      expires: lease.expires === null ? null : new Date(lease.expires).toISOString(),
    })),
    holds: ledger.holdings.filter(isOurs).map(({ item, state, before, since }) => ({
      kind: item.kind,
      name: item.name,
      id: item.id,
      state,
      before,
      since: new Date(since).toISOString(),
    })),
    spool: { waiting, open: open.length, oldest: oldest === null ? null : new Date(oldest).toISOString() },
    worker: { pid, crash },
    last:
      last === null
        ? null
        : {
            at: last.time,
            branch: last.branch ?? null,
            outcome: last.outcome ?? '',
            reason: last.reason ?? null,
          },
  };
}

function hookWords(state: HookState): string {
  const words: Readonly<Record<HookState, string>> = {
    runs: 'git would run it now',
    absent: 'not installed: `scim-hook install` puts it there',
    foreign: "another hook is in its place, which isn't ours",
    edited: 'ours, but somebody changed it',
    'not-executable': 'not executable, so git ignores it: `scim-hook install` mends that',
    shadowed: 'git looks elsewhere (core.hooksPath), so it would not run',
    displaced: 'another tool took it out, or git looks elsewhere by now: `scim-hook install` puts it back',
  };
  return words[state];
}

function show(screen: Screen, status: StatusDocument, now: number): void {
  const { paint } = screen;
  const row = (name: string, text: string): void => screen.line(`${paint.dim(name.padEnd(9))} ${text}`);
  const good = status.hook.state === 'runs';
  row('hook', `${good ? paint.green('ok') : paint.red('no')}  ${hookWords(status.hook.state)}`);
  row('rules', trustWords(screen, status.trust));
  if (status.trust.endpoint !== null) row('endpoint', plain(status.trust.endpoint));
  if (status.trust.subject !== null)
    row('you', `${plain(status.trust.subject.value)} ${paint.dim(plain(status.trust.subject.id))}`);
  row('mode', status.mode);
  row('branch', status.branch === null ? 'none (HEAD is detached)' : plain(status.branch));
  const owed = status.holds.filter((holding) => holding.state === 'owed' || holding.state === 'removing');
  const held = status.holds.filter((holding) => !owed.includes(holding));
  row('holds', held.length === 0 ? 'nothing' : held.map((holding) => plain(holding.name)).join(', '));
  if (owed.length > 0)
    row('owed', paint.yellow(`${owed.map((holding) => plain(holding.name)).join(', ')}: not given back yet`));
  for (const lease of status.leases) {
    const left =
      lease.expires === null ? `until ${lease.until}` : `${span(Date.parse(lease.expires) - now)} left`;
    const where = lease.here ? (lease.worktree ?? 'this repository') : `${lease.repo}`;
    row(
      'lease',
      `${plain(lease.branch)}  ${left}  ${paint.dim(`${plain(lease.rules.join(', '))} · ${plain(where)}${lease.by === 'hand' ? ' · by hand' : ''}`)}`,
    );
  }
  const waiting = status.spool.waiting + status.spool.open;
  const age =
    status.spool.oldest === null ? '' : `, the oldest ${span(now - Date.parse(status.spool.oldest))} old`;
  row('spool', waiting === 0 ? 'empty' : `${waiting} waiting${age}`);
  if (status.last !== null) {
    const reason = status.last.reason === null ? '' : ` (${words(status.last.reason)})`;
    row(
      'last',
      `${moment(status.last.at, now)}  ${plain(status.last.branch ?? '')} ${plain(status.last.outcome)}${plain(reason)}`,
    );
  }
  if (status.worker.crash !== null)
    row('worker', paint.red(`crashed ${plain(status.worker.crash)}; this is a bug, please report it`));
}

const words = (reason: string): string => reasonWords(reason as Parameters<typeof reasonWords>[0]) ?? reason;

function trustWords({ paint }: Screen, { state, detail, policy, commit }: StatusDocument['trust']): string {
  const from = policy?.startsWith('sha256:')
    ? 'the file as it was accepted (in no commit yet)'
    : (policy ?? '');
  switch (state) {
    case 'trusted':
      return `${paint.green('ok')}  ${plain(from)}${commit === null ? '' : paint.dim(` ${commit.slice(0, 10)}`)}`;
    case 'untrusted':
      return `${paint.red('no')}  ${plain(detail ?? 'nothing is accepted here')}; \`scim-hook install\` accepts it`;
    case 'ref-gone':
      return `${paint.red('no')}  ${plain(from)} is gone; \`scim-hook install\` chooses another`;
    case 'file-gone':
      return `${paint.yellow('no')}  no config file at ${plain(from)} any more, so nothing is granted`;
    case 'invalid':
      return `${paint.red('no')}  faults in ${plain(detail ?? from)}; \`scim-hook plan\` names them`;
  }
}
