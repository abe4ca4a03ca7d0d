// `log checkpoint`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runCheckpoint = (context: Context): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log checkpoint is not built yet.' }));
