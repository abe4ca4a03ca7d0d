// `log format`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runFormat = (context: Context, _system: string): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log format is not built yet.' }));
