// A writer of the audit log that kills itself, as `kill -9` would, right before its N-th call to the file system.
import { Process, program } from '../adapters/processes.ts';

const FS = ['openSync', 'closeSync', 'readSync', 'writeSync', 'fsyncSync', 'fdatasyncSync', 'existsSync'];
const CHANGES = ['renameSync', 'fchmodSync', 'unlinkSync'];

const script = (work: string): string => `
import { openAuditLog } from './src/adapters/disk/audit-log.ts';
import { openState } from './src/adapters/disk/state.ts';
import { retain } from './src/flow/retain.ts';
const fs = require('node:fs');
const [, , home, step, limit] = process.argv;
const write = fs.writeSync;
let taken = 0;
function arm() {
  for (const name of ${JSON.stringify([...FS, ...CHANGES])}) {
    const original = fs[name];
    fs[name] = (...args) => {
      taken += 1;
      write(1, name + '\\n');
      if (taken === Number(step)) process.kill(process.pid, 'SIGKILL');
      return original(...args);
    };
  }
}
const clock = { now: Date.now };
const log = openAuditLog(home, clock, '0.0.0-test', { limit: Number(limit) });
const state = openState(home, () => 'device');
const entries = [{ scope: 'global', key: 'scim-hook.logkeep', value: '1' }];
(async () => { ${work} })();
`;

/** Writes one line. */
export const APPEND = `
arm();
const done = await log.append([{ kind: 'sync', at: new Date().toISOString(), branch: 'last' }]);
process.exit(done.ok ? 0 : 1);
`;

/** Drops whatever is old enough: everything is. */
export const RETAIN = `
arm();
// A lock on the disk would be waited for, each time.
const unlocked = { ...state, withLock: async (work) => ({ ok: true, value: await work() }) };
const dropped = await retain({ state: unlocked, log, clock, parseSpan: () => 1 }, entries, null);
process.exit(dropped.ok ? 0 : 1);
`;

export interface DyingWriter {
  /** The calls it made; whether it lived to the end. */
  run(home: string, step: number, limit: number): Promise<{ steps: string[]; lived: boolean }>;
}

export async function dyingWriter(directory: string, work: string): Promise<DyingWriter> {
  const file = await program(directory, script(work));
  return {
    run: async (home, step, limit) => {
      await using writer = new Process(file, home, String(step), String(limit));
      const steps: string[] = [];
      for (let line = await writer.line(); line !== null; line = await writer.line()) steps.push(line);
      const status = await writer.ended();
      if (status !== null && status !== 0) throw new Error(`the writer failed after ${steps}`);
      return { steps, lived: status === 0 };
    },
  };
}
