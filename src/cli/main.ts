// The command line's entry: runs it, and is the only one to set the exit code.
import { VERSION } from '../version.ts';
import { run } from './program.ts';

// Until it has come to its end: were that never to come, nobody may take it for done.
process.exitCode = 1;

// Without an await of its own, so that it can be bundled as CommonJS too.
run({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  get stdin() {
    return process.stdin;
  },
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // Nothing foreseen gets here: what was foreseen is a value, and has words of its own.
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`scim-hook ${VERSION}: this is a bug, please report it.\n${stack}\n`);
    process.exitCode = 1;
  },
);
