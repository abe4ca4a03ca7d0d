// `log who`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runWho = (context: Context, _name: string, _options: object): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log who is not built yet.' }));
