// A secret from a person or a pipe: never shown, never more than was asked for, and the terminal as it was afterwards.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** What a pipe may hold, in characters: far more than any token. */
const LONGEST = 64 * 1024;

/** Null: Ctrl-C, or Ctrl-D. A paste of several lines comes back whole, so that none of it reaches the shell. */
export function readHiddenLine(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  question: string,
): Promise<string | null> {
  // Readline edits, and puts the terminal back whatever happens; what it would show goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const lines: string[] = [];
  // Only now: what is typed before the terminal stops showing it would be seen.
  output.write(question);
  return new Promise((resolve) => {
    const end = (answer: string | null): void => {
      reader.removeAllListeners();
      reader.close();
      output.write('\n');
      resolve(answer);
    };
    reader.on('line', (line) => {
      lines.push(line);
      // What was pasted with it arrives with it.
      if (lines.length === 1) setImmediate(() => end([...lines, reader.line].join('\n')));
    });
    reader.on('SIGINT', () => end(null));
    reader.on('close', () => end(null));
  });
}

export async function readPipe(input: NodeJS.ReadStream): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > LONGEST) break;
  }
  return text;
}
