// `log format`: prints a configuration of a program that tails the log, with this machine's paths.
import { join } from 'node:path';
import type { Failure } from '../../../core/failure.ts';
import { ok, type Result } from '../../../core/result.ts';
import { readShipping } from '../../../core/ship/settings.ts';
import { otelcolConfig, rsyslogConfig } from '../../../core/ship/tail-config.ts';
import type { Context } from '../../context.ts';
import type { FormatOptions } from '../../log-options.ts';
import { withLog } from '../../log-reading.ts';
import type { ExitCode } from '../../words.ts';

export const runFormat = (
  context: Context,
  system: 'rsyslog' | 'otelcol',
  { to = null }: FormatOptions,
): Promise<ExitCode> =>
  withLog(context, undefined, async ({ home, entries, repo }): Promise<Result<ExitCode, Failure>> => {
    const { extent } = readShipping(entries, {}, repo);
    const facts = { directory: join(home, 'audit'), extent, to };
    context.screen.raw(system === 'rsyslog' ? rsyslogConfig(facts) : otelcolConfig(facts));
    return ok(0);
  });
