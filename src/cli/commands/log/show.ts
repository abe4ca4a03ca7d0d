// `log show`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runShow = (context: Context, _id: string, _options: object): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log show is not built yet.' }));
