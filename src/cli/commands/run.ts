// `run`: a lease of its own for one command, which is given back however the command ends.
import type { Failure } from '../../core/failure.ts';
import { fail, type Result } from '../../core/result.ts';
import { type ConfigEntry, readSettings } from '../../core/settings.ts';
import { isShippingSet } from '../../core/ship/settings.ts';
import { entriesForRun } from '../../flow/environment-pins.ts';
import { type GivenBack, giveBack, type Run, type Taken, takeAccess } from '../../flow/run.ts';
import type { Here } from '../../wire/here.ts';
import type { Signals } from '../../wire/run.ts';
import { type Context, failWith, openHere } from '../context.ts';
import { reasonWords } from '../reason-words.ts';
import { changeDocument, changeLine, exitOfReports } from '../report.ts';
import { said } from '../said.ts';
import { plain, type Screen } from '../screen.ts';

export interface RunOptions {
  readonly branch: string;
  readonly command: readonly string[];
}

/** The exit status: the command's own once it ran, else the contract's. */
export async function runRun(context: Context, options: RunOptions): Promise<number> {
  const { catchSignals } = await import('../../wire/run.ts');
  const signals = catchSignals();
  try {
    const here = await openHere(context);
    if (!here.ok) return failWith(context, here.failure);
    try {
      return await new Running(context, here.value, options, signals).run();
    } finally {
      await here.value.close();
    }
  } finally {
    signals.release();
  }
}

/** Milliseconds. */
const SHIPPING = 5_000;

class Running {
  private readonly context: Context;
  private readonly here: Here;
  private readonly options: RunOptions;
  private readonly signals: Signals;
  private repo = '';

  constructor(context: Context, here: Here, options: RunOptions, signals: Signals) {
    this.context = context;
    this.here = here;
    this.options = options;
    this.signals = signals;
  }

  async run(): Promise<number> {
    const { context, here, signals } = this;
    const { branch } = this.options;
    const { newRunMark } = await import('../../wire/run.ts');
    const entries = await this.entries();
    if (!entries.ok) return failWith(context, entries.failure);
    const run = (waited: () => void): Run => ({
      mark,
      place: here.place,
      branch,
      random: Math.random,
      isStopped: () => signals.received !== null,
      waited,
    });
    const mark = newRunMark();
    const began = here.ports.clock.now();
    const taken = await context.screen.showing('Getting access', (waited) =>
      takeAccess(here.ports, entries.value, run(waited)),
    );
    const back = () =>
      context.screen.showing('Giving back', (waited) => this.giveBack(entries.value, run(waited)));
    let status: number;
    try {
      status = taken.ok ? await this.use(taken.value) : failWith(context, taken.failure);
    } catch (error) {
      await back();
      throw error;
    }
    const returned = this.isReturned(await back());
    await this.ship(entries.value, began);
    return returned || status !== 0 ? status : 5;
  }

  /** A machine in CI may be thrown away now. What can't leave in time is nobody's failure: the status is the command's. */
  private async ship(entries: readonly ConfigEntry[], since: number): Promise<void> {
    const { here, context } = this;
    if (!isShippingSet(entries, context.env)) return;
    const { shipWithin } = await import('../../wire/ship.ts');
    const { home, commonDir } = here;
    const place = { entries, env: context.env, home, repo: commonDir, directory: commonDir };
    await context.screen.showing('Shipping the log', () => shipWithin(place, since, SHIPPING));
  }

  private async use(taken: Taken): Promise<number> {
    this.repo = taken.settled.standing.repo;
    if (!mayRun(taken)) return this.refuse(taken);
    const { received } = this.signals;
    if (received === null) return this.command(taken);
    const { statusOf } = await import('../../wire/run.ts');
    return statusOf(received);
  }

  private async entries(): Promise<Result<readonly ConfigEntry[], Failure>> {
    const { context, here } = this;
    const { branch } = this.options;
    if (!(await here.git.isBranchName(branch))) return fail({ code: 'bad-branch', branch });
    const given = (name: string): string | null => context.env[name] || null;
    return entriesForRun({ ...here.ports, git: here.git }, here.entries, {
      place: here.place,
      endpoint: given('SCIM_HOOK_ENDPOINT'),
      subject: given('SCIM_HOOK_SUBJECT'),
      policy: given('SCIM_HOOK_POLICY'),
      random: Math.random,
    });
  }

  private async command({ none, would }: Taken): Promise<number> {
    const { screen, cwd, env } = this.context;
    const { branch, command } = this.options;
    if (none !== null) screen.note(`scim-hook: no rule matches ${plain(branch)}; running without access.`);
    else if (would.length > 0) {
      const names = would.map(({ change }) => plain(change.item.name)).join(', ');
      screen.note(`scim-hook: audit mode: ${names} would be granted, and was not.`);
    }
    const { runCommand } = await import('../../wire/run.ts');
    // The token is for the directory alone; whatever runs here has the access, and needs no means to get more.
    const { SCIM_HOOK_TOKEN: _, SCIM_HOOK_WEBHOOK_SECRET: __, ...rest } = env;
    const ended = await runCommand(command, cwd, rest, this.signals);
    if (ended.problem !== null) {
      const why = ended.status === 127 ? 'not found' : `can't be run (${ended.problem})`;
      screen.note(`scim-hook: ${plain(command[0] ?? '')}: ${why}.`);
    }
    return ended.status;
  }

  private refuse({ settled, none, lacking }: Taken): number {
    const { screen } = this.context;
    const command = plain(this.options.command[0] ?? '');
    const because = none === null ? '' : `: ${reasonWords(none)}`;
    const branch = plain(this.options.branch);
    screen.note(
      `${screen.paint.red('scim-hook:')} ${command} was not run: ${branch} does not get its access${because}.`,
    );
    for (const { change, ...report } of lacking)
      screen.note(changeLine(screen, changeDocument(change, report)));
    const { policy } = settled.standing;
    if (policy.state === 'untrusted') screen.note(`${plain(policy.detail)}.`);
    const failure = settled.unlogged ?? lacking.find((report) => report.failure !== undefined)?.failure;
    if (failure) sayFailure(screen, failure);
    const changes = lacking.map((report) => changeDocument(report.change, report));
    return exitOfReports(changes, none === null ? { outcome: 'unchanged' } : { outcome: 'refused' });
  }

  /** By what git's config says now: hours may have gone by. Where the clone itself is gone, by what the ledger says. */
  private async giveBack(before: readonly ConfigEntry[], run: Run): Promise<Result<GivenBack, Failure>> {
    const { here, context } = this;
    const { pins } = readSettings(before);
    const { withPins } = await import('../../core/given-pins.ts');
    const again = await here.ports.repository.settings();
    const own = again.ok && readSettings(here.entries).pins !== null;
    const entries = !again.ok ? before : own || pins === null ? again.value : withPins(again.value, pins);
    const returned = await giveBack(here.ports, entries, run);
    if (returned.ok || returned.failure.code === 'locked') return returned;
    const { openNowhere } = await import('../../wire/nowhere.ts');
    const gone = { commonDir: here.commonDir, repo: this.repo, known: before };
    const nowhere = openNowhere(gone, here.home, context.env);
    try {
      const fixed = pins === null ? nowhere.entries : withPins(before, pins);
      return await giveBack(nowhere.ports, fixed, run);
    } finally {
      await nowhere.close();
    }
  }

  private isReturned(returned: Result<GivenBack, Failure>): boolean {
    const { screen } = this.context;
    if (returned.ok && returned.value.owed.length === 0) return true;
    const names = returned.ok ? returned.value.owed.map(({ item }) => plain(item.name)).join(', ') : '';
    screen.note(
      `${screen.paint.red('scim-hook: NOT GIVEN BACK')}${names === '' ? '' : `: ${names}`}. It is owed: \`scim-hook sweep\` tries again.`,
    );
    const failure = returned.ok ? returned.value.failure : returned.failure;
    if (failure !== null) sayFailure(screen, failure);
    return false;
  }
}

/** A branch that no rule is about needs nothing, and audit mode only looks: neither keeps a command from running. */
const mayRun = ({ none, lacking }: Taken): boolean =>
  (none === null || none === 'no-rule') && lacking.length === 0;

function sayFailure(screen: Screen, failure: Failure): void {
  const { message, remedy } = said(failure);
  screen.note(`${message}\n${remedy}`);
}
