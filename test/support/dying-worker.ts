// A worker that kills itself, as `kill -9` would, right before its N-th step that anybody outside could notice: a write,
// a rename, a lock taken or freed, bytes sent. It is the real bundle, with node's own functions counted around it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

export interface DyingWorker {
  /** Puts the dying worker in the stable place. */
  arm(step: number): Promise<void>;
  /** Puts the real one back. */
  disarm(): Promise<void>;
  /** The steps the last one took. */
  steps(): Promise<string[]>;
}

export function dyingWorker(sandbox: Sandbox): DyingWorker {
  const real = join(sandbox.root, 'real-worker.cjs');
  const log = join(sandbox.root, 'steps');
  return {
    arm: async (step) => {
      await writeFile(real, await readFile(join(sandbox.bin, '..', '..', 'dist', 'worker.cjs')));
      await writeFile(log, '');
      await writeFile(sandbox.workerBundle, wrapper(real, log, step));
    },
    disarm: async () => writeFile(sandbox.workerBundle, await readFile(real)),
    steps: async () => (await readFile(log, 'utf8')).split('\n').slice(0, -1),
  };
}

const wrapper = (real: string, log: string, step: number): string => `
const fs = require('node:fs');
const promises = require('node:fs/promises');
const net = require('node:net');
const write = fs.writeSync;
const log = fs.openSync(${JSON.stringify(log)}, 'a');
let taken = 0;
const count = (name) => {
  taken += 1;
  write(log, name + '\\n');
  if (taken === ${step}) process.kill(process.pid, 'SIGKILL');
};
for (const [owner, names] of [
  [fs, ['writeSync', 'fdatasyncSync', 'writeFileSync', 'rmSync', 'mkdir', 'rmdir']],
  [promises, ['rename', 'rm']],
  [net.Socket.prototype, ['write']],
]) {
  for (const name of names) {
    const original = owner[name];
    owner[name] = function (...args) {
      // Pipes to git are no step of ours.
      if (owner !== net.Socket.prototype || this.remotePort !== undefined) count(name);
      return original.apply(this, args);
    };
  }
}
require(${JSON.stringify(real)});
`;
