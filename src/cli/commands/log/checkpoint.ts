// `log checkpoint`: the log's last line, signed with the key that git signs with; shown, so that it can be kept elsewhere.
import { signLog } from '../../../flow/sign-log.ts';
import { type Context, failWith } from '../../context.ts';
import { plain } from '../../screen.ts';
import type { CheckpointDocument } from '../../verify-document.ts';
import type { ExitCode } from '../../words.ts';

export async function runCheckpoint(context: Context): Promise<ExitCode> {
  const { screen, cwd, env } = context;
  const { openSigning } = await import('../../../wire/proof.ts');
  const opened = await openSigning(cwd, env);
  if (!opened.ok) return failWith(context, opened.failure);
  const { ports, key } = opened.value;
  const prompted = screen.isInteractive ? (question: string) => screen.note(plain(question)) : null;
  const signed = await signLog(ports, key, prompted);
  if (!signed.ok) return failWith(context, signed.failure);
  const { path, text, signature } = signed.value;
  const document: CheckpointDocument = { file: path, checkpoint: text, signature };
  if (screen.json) screen.document(document);
  else {
    // As they are in their files, and nothing else: whoever keeps them elsewhere may just redirect this.
    screen.line(text.trimEnd());
    screen.line(signature.trimEnd());
    screen.note(`Kept as ${plain(path)} and .sig. Keep a copy where this machine's owner can't change it.`);
  }
  return 0;
}
