// `log` and what belongs to it: which lines, who held what, is it whole, and where it goes.
import { Argument, type Command, Option } from 'commander';
import type { Filters } from '../core/log/query.ts';
import type { Context } from './context.ts';
import type {
  AtOptions,
  ExportOptions,
  FormatOptions,
  ListOptions,
  PushOptions,
  ReportOptions,
  VerifyOptions,
} from './log-options.ts';

/** `end` gets the exit code. */
export function addLogCommands(log: Command, context: Context, end: (code: number) => void): void {
  const command = (name: string, description: string, example: string): Command =>
    log
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ ${example}`)
      .option('--no-color', 'no colours (also NO_COLOR=1)');
  const json = (): Option => new Option('--json', 'one JSON document on stdout');

  filtered(log)
    // What stands behind a subcommand is the subcommand's, though `log` has an option of that name too.
    .enablePositionalOptions()
    .helpCommand(false)
    .hook('preSubcommand', handOn)
    .option('-n, --number <lines>', 'so many at most (on a terminal: 50)')
    .addOption(
      new Option('--json [fields]', 'one JSON document, a stored line each; or these fields of them'),
    )
    .addOption(new Option('--ndjson [fields]', 'the stored bytes, a line each; or these fields'))
    .option('--csv', 'comma-separated values, with a header; what a spreadsheet would run is marked as text')
    .option('-f, --follow', 'stay, and show what comes')
    .option('--utc', 'times in UTC')
    .option('--no-pager', 'print straight to the terminal')
    .action(async (options: ListOptions) =>
      end(await (await import('./commands/log/list.ts')).runLog(context, options)),
    );
  command('show', 'the whole story of one event', 'scim-hook log show 01975c2e')
    .argument('<id>', "an event's id or its beginning, or the number (seq) of a line")
    .option('--from <file...>', 'of these logs, not of this machine')
    .option('--utc', 'times in UTC')
    .addOption(json())
    .action(async (id: string, options: AtOptions) =>
      end(await (await import('./commands/log/show.ts')).runShow(context, id, options)),
    );
  filtered(command('summary', 'counts, times and failures', 'scim-hook log summary --since 7d'))
    .addOption(json())
    .action(async (options: Filters) =>
      end(await (await import('./commands/log/summary.ts')).runSummary(context, options)),
    );
  pointInTime(
    command('who', 'who held a group, role or entitlement', 'scim-hook log who jit-release --at yesterday'),
  )
    .argument('<name>', 'of a group, role or entitlement')
    .addOption(json())
    .action(async (name: string, options: AtOptions) =>
      end(await (await import('./commands/log/who.ts')).runWho(context, name, options)),
    );
  pointInTime(
    command('user', 'what somebody held', 'scim-hook log user alice@acme.example --at 2026-10-03T14:00'),
  )
    .argument('<subject>', 'as the log names them, or their SCIM id')
    .addOption(json())
    .action(async (subject: string, options: AtOptions) =>
      end(await (await import('./commands/log/user.ts')).runUser(context, subject, options)),
    );
  command('verify', 'check that nothing was changed, taken out or put in', 'scim-hook log verify')
    .option('--from <file...>', 'check these logs, not the one of this machine')
    .option('--partial', 'these logs are only a part: lines may be missing, or come twice')
    .option('--against <file>', 'also compare with lines that left this machine, or a checkpoint')
    .option(
      '--allowed-signers <file>',
      "who may sign checkpoints (default: git's gpg.ssh.allowedSignersFile)",
    )
    .addOption(json())
    .action(async (options: VerifyOptions) =>
      end(await (await import('./commands/log/verify.ts')).runVerify(context, options)),
    );
  command('checkpoint', "sign the log's last line with your git SSH signing key", 'scim-hook log checkpoint')
    .addOption(json())
    .action(async () => end(await (await import('./commands/log/checkpoint.ts')).runCheckpoint(context)));
  filtered(
    command('report', 'one page for people: who had what when', 'scim-hook log report --html access.html'),
  )
    .requiredOption('--html <file>', 'the page to write')
    .addOption(json())
    .action(async (options: ReportOptions) =>
      end(await (await import('./commands/log/report.ts')).runReport(context, options)),
    );
  filtered(command('export', 'lines in a form that other systems read', 'scim-hook log export --format ocsf'))
    .addOption(
      new Option('--format <format>', 'which').choices(['ocsf', 'csv', 'ndjson']).makeOptionMandatory(),
    )
    .action(async (options: ExportOptions) =>
      end(await (await import('./commands/log/export.ts')).runExport(context, options)),
    );
  command('push', 'ship now what has not left this machine yet', 'scim-hook log push')
    .option('--all', 'everything from the first line on, whatever left already')
    .addOption(json())
    .action(async (options: PushOptions) =>
      end(await (await import('./commands/log/push.ts')).runPush(context, options)),
    );
  command('format', 'print a configuration that tails the log', 'scim-hook log format rsyslog')
    .addArgument(new Argument('<system>', 'what reads it').choices(['rsyslog', 'otelcol']))
    .option('--to <host:port>', 'where it sends the lines')
    .action(async (system: 'rsyslog' | 'otelcol', options: FormatOptions) =>
      end(await (await import('./commands/log/format.ts')).runFormat(context, system, options)),
    );
}

/** What stands before a subcommand is meant for it; nothing that was typed is passed over in silence. */
function handOn(log: Command, command: Command): void {
  for (const option of log.options) {
    const name = option.attributeName();
    if (log.getOptionValueSource(name) !== 'cli') continue;
    if (command.options.some((own) => own.attributeName() === name))
      command.setOptionValueWithSource(name, log.getOptionValue(name), 'cli');
    else command.error(`error: log ${command.name()} has no option ${option.long}.`);
  }
}

const filtered = (command: Command): Command =>
  command
    .option(
      '--since <time>',
      'from then on: 2h, yesterday, 2026-10-03 (its beginning), 2026-10-03T14:00Z (default: 24h)',
    )
    .option('--until <time>', 'up to then')
    .option('--user <subject>', 'of these people (a comma is an OR, options together are an AND)')
    .option('--repo <repository>', 'of these repositories')
    .option('--branch <branch>', 'of these branches; * matches within a segment, ** across')
    .option('--name <name>', 'of these groups, roles or entitlements')
    .option('--kind <kind>', 'of these kinds, such as switch, change or sync')
    .option('--outcome <outcome>', 'with these outcomes, such as applied or failed')
    .option('--id <id>', 'with this event, lease or request id')
    .option('--grep <text>', 'that contain this text, exactly')
    .option('--all-repos', 'of all repositories, not only this one')
    .option('--from <file...>', 'of these logs, not of this machine');

const pointInTime = (command: Command): Command =>
  command
    .option('--at <time>', 'at that moment: 14:00, yesterday, 2026-10-03T14:00Z (default: now)')
    .option('--from <file...>', 'of these logs, not of this machine')
    .option('--utc', 'times in UTC');
