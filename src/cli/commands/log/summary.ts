// `log summary`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runSummary = (context: Context, _options: object): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log summary is not built yet.' }));
