// `log user`: placeholder while it is being built.
import { type Context, failWith } from '../../context.ts';
import type { ExitCode } from '../../words.ts';

export const runUser = (context: Context, _subject: string, _options: object): Promise<ExitCode> =>
  Promise.resolve(failWith(context, { code: 'usage', problem: 'log user is not built yet.' }));
