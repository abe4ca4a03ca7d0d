// The commands and their flags. Each loads its own code when it runs, so `--help` costs nothing.
import { Argument, Command, CommanderError, Option } from 'commander';
import { VERSION } from '../version.ts';
import { COMPLETE, SHELLS, type Shell, WHERE_IT_GOES } from './complete/shells.ts';
import type { Context } from './context.ts';
import { arrange, HELP, helpWidth } from './help.ts';
import { addLogCommands } from './log-commands.ts';
import { plain, Screen, wrapFor } from './screen.ts';

export interface Invocation {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

/** Runs one invocation; the exit code comes back, nothing below sets it. */
export async function run(invocation: Invocation): Promise<number> {
  let code = 0;
  // What comes after `--` is somebody else's command.
  const own = invocation.argv.slice(0, [...invocation.argv, '--'].indexOf('--'));
  const json = own.some((word) => word === '--json' || word.startsWith('--json='));
  const wrap = await wrapFor([invocation.stdout, invocation.stderr]);
  const { stdout, stderr, env } = invocation;
  const screen = new Screen({
    ...{ stdout, stderr, env, ...wrap, json, color: !own.includes('--no-color') },
    // Opening it takes time, and most commands ask nothing.
    get stdin() {
      return invocation.stdin;
    },
  });
  const context: Context = { cwd: invocation.cwd, env: invocation.env, screen };
  const program = commandTree(
    context,
    (ended) => {
      code = ended;
    },
    invocation.argv[0],
  );
  try {
    // What the shells ask is no command for people, and must not fail as one.
    if (invocation.argv[0] === COMPLETE) {
      await (await import('./complete/complete.ts')).complete(context, program, invocation.argv.slice(1));
      return 0;
    }
    const [first, second] = invocation.argv;
    if (first === undefined) {
      program.outputHelp();
      return 2;
    }
    // Commander shows the help of everything for what it doesn't know.
    if (first === 'help' && second !== undefined && !isCommand(program, second)) {
      screen.fail({ code: 'usage', problem: `There is no command ${second}.` });
      return 2;
    }
    await program.parseAsync(unambiguous(invocation.argv), { from: 'user' });
    return await screen.end(code);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const problem = error.message.replace(/^error: /, '');
    if (json) screen.fail({ code: 'usage', problem });
    return 2;
  }
}

/** Commander takes the word after an option whose value may be left out for that value; those of `log` itself need an `=`. */
const unambiguous = (argv: readonly string[]): string[] =>
  argv[0] === 'log' && argv[1]?.startsWith('-') === true
    ? argv.map((word) => (word === '--json' || word === '--ndjson' ? `${word}=` : word))
    : [...argv];

const isCommand = (program: Command, name: string): boolean =>
  name === 'help' || program.commands.some((command) => command.name() === name);

type Run<Options> = (context: Context, options: Options) => Promise<number>;

/**
 * Every command with its options: what is run, completed in the shells, and printed as the man page. `only`: the one
 * that will run, where that is known.
 */
export const commandTree = (context: Context, end: (code: number) => void, only?: string): Command =>
  arrange(commands(context, end, only), () => helpWidth(context.screen.columns));

function commands(context: Context, end: (code: number) => void, only: string | undefined): Command {
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
    // What stands behind a subcommand is its own, though the list of the log has an option of the same name.
    .enablePositionalOptions()
    .configureHelp(HELP)
    .configureOutput({
      getOutHelpWidth: () => helpWidth(screen.columns),
      writeOut: (text) => screen.raw(text),
      writeErr: (text) => {
        // It quotes what was typed, or pasted.
        const lines = text
          .trimEnd()
          .replace(/^error: /, 'scim-hook: ')
          .split('\n');
        if (!screen.json) screen.note(lines.map(plain).join('\n  '));
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

  addLogCommands(
    program
      .command('log')
      .description('what happened to your access, newest first; who held what; is the log whole')
      .addHelpText('after', '\nExample:\n  $ scim-hook log --since yesterday --outcome failed')
      .option('--no-color', 'no colours (also NO_COLOR=1)'),
    context,
    end,
  );
  // It is asked for often, and by scripts, which needn't wait for what thirty other commands are.
  if (only === 'log') return program;
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
    'revoke',
    'give back now what this repository holds',
    'scim-hook revoke --all',
    async () => (await import('./commands/revoke.ts')).runRevoke,
  )
    .option('--all', 'what all repositories hold')
    .option('--lease <id>', 'what this lease holds')
    .addOption(json());
  const loadRun = async () => (await import('./commands/run.ts')).runRun;
  command(
    'run',
    "run a command with a branch's access, and give it back when it ends",
    'scim-hook run --branch release/2.1 -- ./deploy',
    loadRun,
  )
    .requiredOption('--branch <branch>', 'the branch whose access it gets')
    .argument('<command...>', 'after --: the command and its arguments')
    .action(async (argv: string[], { branch }: { branch: string }) =>
      end(await (await loadRun())(context, { branch, command: argv })),
    );
  command(
    'sweep',
    'end what expired, and what belongs to branches, worktrees and clones that are gone; for cron',
    'scim-hook sweep',
    async () => (await import('./commands/sweep.ts')).runSweep,
  ).addOption(json());
  command(
    'reconcile',
    'compare what the ledger says with what the directory says, in every repository',
    'scim-hook reconcile --fix',
    async () => (await import('./commands/reconcile.ts')).runReconcile,
  )
    .option('--fix', 'put right what differs')
    .addOption(json());
  command(
    'login',
    "put the directory's token into git's credential helper",
    'scim-hook login --endpoint https://idp.example.com/scim/v2',
    async () => (await import('./commands/login.ts')).runLogin,
  )
    .option('--endpoint <url>', 'the SCIM 2.0 base URL it is for; by default the one you trust')
    .option('--username <name>', 'the name git keeps it under (default: scim)')
    .addOption(json());
  command(
    'logout',
    "take the token out of git's credential helper",
    'scim-hook logout',
    async () => (await import('./commands/logout.ts')).runLogout,
  )
    .option('--endpoint <url>', 'the SCIM 2.0 base URL it is for; by default the one you trust')
    .option('--username <name>', 'the name git keeps it under (default: scim)')
    .addOption(json());
  command(
    'why',
    'explain what gives, would give or withholds access here',
    'scim-hook why jit-release --branch release/2.1',
    async () => (await import('./commands/why.ts')).runWhy,
  )
    .argument('[name]', 'a group, role or entitlement; without it, all that the branch is about')
    .action(async (name: string | undefined, options: { readonly branch?: string }) =>
      end(await (await import('./commands/why.ts')).runWhy(context, { ...options, name })),
    )
    .option('--branch <branch>', 'for this branch, whatever is checked out')
    .addOption(json());
  command(
    'init',
    'write a first .scimsyncrc for this repository',
    'scim-hook init --endpoint https://idp.example.com/scim/v2',
    async () => (await import('./commands/init.ts')).runInit,
  )
    .option('--endpoint <url>', 'the SCIM 2.0 base URL; without it, you are asked')
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
    'completion',
    'print what makes your shell complete scim-hook',
    'scim-hook completion bash',
    async () => (await import('./commands/completion.ts')).runCompletion,
  )
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', WHERE_IT_GOES)
    .action(async (shell: Shell) =>
      end(await (await import('./commands/completion.ts')).runCompletion(context, shell)),
    );
  command(
    'trust',
    'accept what the config proposes now, in the place of what you accepted before',
    'scim-hook trust',
    async () => (await import('./commands/trust.ts')).runTrust,
  )
    .option('--endpoint <url>', 'the SCIM 2.0 base URL to trust')
    .option('--yes', 'ask nothing')
    .addOption(json());
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
