// The commands and their flags. Each loads its own code when it runs, so `--help` costs nothing.
import { Command, CommanderError, Option } from 'commander';
import { VERSION } from '../version.ts';
import type { Context } from './context.ts';
import { plain, Screen } from './screen.ts';
import type { ExitCode } from './words.ts';

export interface Invocation {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

/** Runs one invocation; the exit code comes back, nothing below sets it. */
export async function run(invocation: Invocation): Promise<ExitCode> {
  let code: ExitCode = 0;
  const json = invocation.argv.includes('--json');
  const screen = new Screen({ ...invocation, json, color: !invocation.argv.includes('--no-color') });
  const context: Context = { cwd: invocation.cwd, env: invocation.env, screen };
  const program = commands(context, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...invocation.argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const problem = error.message.replace(/^error: /, '');
    if (json) screen.fail({ code: 'usage', problem });
    return 2;
  }
}

type Run<Options> = (context: Context, options: Options) => Promise<ExitCode>;

function commands(context: Context, end: (code: ExitCode) => void): Command {
  const { screen } = context;
  const program = new Command('scim-hook')
    .description(
      'Your branch is your access request: keeps your SCIM access in line with the branch you are on.',
    )
    .version(VERSION, '-V, --version')
    .option('--no-color', 'no colours (also NO_COLOR=1)')
    .showHelpAfterError('See `scim-hook --help`.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => screen.raw(text),
      writeErr: (text) => {
        // It quotes what was typed, or pasted.
        const lines = text
          .trimEnd()
          .replace(/^error: /, 'scim-hook: ')
          .split('\n');
        if (!screen.json) screen.note(lines.map(plain).join('\n'));
      },
    });

  const command = <Options>(
    name: string,
    description: string,
    example: string,
    load: () => Promise<Run<Options>>,
  ): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ ${example}`)
      .option('--no-color', 'no colours (also NO_COLOR=1)')
      .action(async (options: Options) => end(await (await load())(context, options)));
  const json = (): Option => new Option('--json', 'one JSON document on stdout');

  command(
    'install',
    'put the hook in place, and pin what you trust',
    'scim-hook install',
    async () => (await import('./commands/install.ts')).runInstall,
  )
    .option('--endpoint <url>', 'the SCIM 2.0 base URL to trust')
    .option('--policy <ref>', 'full name of the branch whose rules count')
    .option('--mode <mode>', 'enforce, audit, release-only or off')
    .option('--yes', 'ask nothing')
    .addOption(json());
  command(
    'uninstall',
    'give back what this repository holds, and take the hook out',
    'scim-hook uninstall',
    async () => (await import('./commands/uninstall.ts')).runUninstall,
  )
    .option('--keep-leases', 'give nothing back')
    .addOption(json());
  command(
    'sync',
    'bring your access in line with the branch now',
    'scim-hook sync --branch release/2.1',
    async () => (await import('./commands/sync.ts')).runSync,
  )
    .option('--branch <branch>', 'a lease by hand for this branch, whatever is checked out')
    .option('--dry-run', 'show the plan, change nothing')
    .option('--wait', 'keep trying until it is settled, or the deadline')
    .addOption(json());
  command(
    'plan',
    'show what a sync would change',
    'scim-hook plan --branch release/2.1',
    async () => (await import('./commands/plan.ts')).runPlan,
  )
    .option('--branch <branch>', 'for this branch, whatever is checked out')
    .addOption(json());
  command(
    'status',
    'show what is trusted, held and waiting',
    'scim-hook status',
    async () => (await import('./commands/status.ts')).runStatus,
  ).addOption(json());
  command(
    'log',
    'show what happened to your access, newest first',
    'scim-hook log -n 20',
    async () => (await import('./commands/log.ts')).runLog,
  )
    .option('-n, --number <lines>', 'so many at most')
    .option('--all-repos', 'of all repositories, not only this one')
    .addOption(json());
  command(
    'revoke',
    'give back now what this repository holds',
    'scim-hook revoke --all',
    async () => (await import('./commands/revoke.ts')).runRevoke,
  )
    .option('--all', 'what all repositories hold')
    .option('--lease <id>', 'what this lease holds')
    .addOption(json());
  command(
    'directory',
    'run a SCIM 2.0 directory on this machine, for trying out',
    'scim-hook directory --port 8080 --file people.json',
    async () => (await import('./commands/directory.ts')).runDirectory,
  )
    .option('--port <port>', 'the port on 127.0.0.1; 0 takes any free one', '0')
    .option('--file <file>', 'where users and groups are kept')
    .addOption(json());
  command(
    'try',
    'see the whole thing work, in a throw-away repository',
    'scim-hook try',
    async () => (await import('./commands/try.ts')).runTry,
  ).option('--keep', 'leave the repository there for a look');
  command(
    'doctor',
    'look for everything that could stop it from working here',
    'scim-hook doctor',
    async () => (await import('./commands/doctor.ts')).runDoctor,
  )
    .option('--verbose', 'also say what is fine')
    .addOption(json());
  return program;
}
