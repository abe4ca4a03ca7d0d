// `try`: the main job in a throw-away repository, with real git, the real hook and worker, and a real directory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServedDirectory } from '../../directory/serve.ts';
import { type Context, failWith } from '../context.ts';
import type { Screen } from '../screen.ts';
import { Stage } from '../stage.ts';
import type { ExitCode } from '../words.ts';

/** Who is in which group, by name. */
type Membership = ReadonlyMap<string, readonly string[]>;

export async function runTry(context: Context, { keep }: { readonly keep?: boolean }): Promise<ExitCode> {
  const { screen, env } = context;
  const root = await mkdtemp(join(tmpdir(), 'scim-hook-try-'));
  const stage = await Stage.open(root, env);
  if (!stage.ok) {
    await rm(root, { recursive: true, force: true });
    return failWith(context, stage.failure);
  }
  try {
    return await play(screen, stage.value);
  } finally {
    await stage.value.close();
    if (keep === true) screen.line(`\nKept for a look: ${root} (the repository is in repo, the log in home)`);
    else await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function play(screen: Screen, stage: Stage): Promise<ExitCode> {
  const { paint } = screen;
  screen.line('A throw-away repository, a real SCIM 2.0 directory on this machine, the real hook.\n');
  screen.line(`${paint.dim('.scimsyncrc on main:')}`);
  for (const line of Stage.RULES.split('\n')) screen.line(`  ${line}`);
  screen.line('');
  command(screen, 'scim-hook install --yes');
  const installed = await stage.scimHook('install', '--yes');
  if (installed.status !== 0) {
    screen.note(installed.stderr || installed.stdout);
    return 1;
  }
  await stage.settled();
  screen.line(
    `  trusted: the endpoint, ${Stage.SUBJECT} and the rules on main; git ran the hook to prove it\n`,
  );

  for (const branch of Stage.WALK) {
    command(screen, `git checkout ${branch}`);
    const before = membership(stage.directory);
    const took = await stage.checkout(branch);
    if (took === null) {
      screen.note(
        'The switch was not settled within 15 seconds. `scim-hook try --keep` leaves everything there for a look.',
      );
      return 1;
    }
    const change =
      took.change === null
        ? 'nothing to change'
        : `${Math.round(took.change)} ms later the access had changed`;
    screen.line(`  git took ${Math.round(took.git)} ms and waited for nothing; ${change}`);
    table(screen, before, membership(stage.directory));
    screen.line('');
  }
  command(screen, 'scim-hook log');
  const log = await stage.scimHook('log');
  for (const line of asTable(log.stdout.trimEnd().split('\n'))) screen.line(`  ${line}`);
  screen.line(
    `\nIn a repository of yours: write ${paint.bold('.scimsyncrc')}, then ${paint.bold('npx scim-hook install')}.`,
  );
  return 0;
}

function command(screen: Screen, text: string): void {
  screen.line(`${screen.paint.green('$')} ${screen.paint.bold(text)}`);
}

function membership(directory: ServedDirectory): Membership {
  return new Map(directory.snapshot().groups.map((group) => [group.displayName, group.members.map(short)]));
}

const short = (userName: string): string => userName.split('@')[0] ?? userName;

function table(screen: Screen, before: Membership, after: Membership): void {
  const { paint } = screen;
  screen.line(paint.dim(`  ${'group'.padEnd(14)}${'before'.padEnd(14)}after`));
  for (const [group, members] of after) {
    const old = before.get(group) ?? [];
    const joined = members.filter((name) => !old.includes(name)).map((name) => paint.green(`+ ${name}`));
    const left = old.filter((name) => !members.includes(name)).map((name) => paint.yellow(`- ${name}`));
    const change = [...joined, ...left].join('  ');
    screen.line(
      `  ${group.padEnd(14)}${old.join(', ').padEnd(14)}${members.join(', ').padEnd(14)}${change}`.trimEnd(),
    );
  }
}

/** What a pipe gets has tabs between its columns; of those, the ones that one person in one repository needs. */
function asTable(lines: readonly string[]): string[] {
  const rows = lines.map((line) => {
    const [time = '', , , branch = '', what = '', outcome = '', reason = ''] = line.split('\t');
    return [time.slice(11, 19), branch, what, reason === '' ? outcome : `${outcome} (${reason})`];
  });
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
