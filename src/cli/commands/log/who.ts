// `log who`: who held a group, role or entitlement at a moment, which checkout gave it, and how that is known.
import type { Context } from '../../context.ts';
import type { AtOptions } from '../../log-options.ts';
import type { ExitCode } from '../../words.ts';
import { runPoint } from './point.ts';

export const runWho = (context: Context, name: string, options: AtOptions): Promise<ExitCode> =>
  runPoint(context, { aspect: 'name', asked: name }, options);
