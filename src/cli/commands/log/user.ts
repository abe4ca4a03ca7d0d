// `log user`: what somebody held at a moment, which checkout gave it, and how that is known.
import type { Context } from '../../context.ts';
import type { AtOptions } from '../../log-options.ts';
import type { ExitCode } from '../../words.ts';
import { runPoint } from './point.ts';

export const runUser = (context: Context, subject: string, options: AtOptions): Promise<ExitCode> =>
  runPoint(context, { aspect: 'subject', asked: subject }, options);
