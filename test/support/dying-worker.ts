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
const base = (path) => require('node:path').basename(String(path)).replace(/\\.\\d+\\.new$/, '.new');
const kindOf = (text) => /"kind":"([a-z-]+)"/.exec(String(text))?.[1] ?? '';
/** What a step is called, by its arguments. */
const names = {
  writeSync: (_fd, bytes) => 'writeSync ' + kindOf(bytes),
  fdatasyncSync: () => 'fdatasyncSync',
  writeFileSync: (path) => 'writeFileSync ' + base(path),
  rmSync: (path) => 'rmSync ' + base(path),
  mkdir: (path) => 'mkdir ' + base(path),
  rmdir: (path) => 'rmdir ' + base(path),
  rename: (_from, to) => 'rename ' + base(to),
  rm: (path) => 'rm ' + base(path),
  write: (bytes) => 'send ' + String(bytes).slice(0, 12).replace(/\\s.*$/s, ''),
};
for (const [owner, steps] of [
  [fs, ['writeSync', 'fdatasyncSync', 'writeFileSync', 'rmSync', 'mkdir', 'rmdir']],
  [promises, ['rename', 'rm']],
  [net.Socket.prototype, ['write']],
]) {
  for (const step of steps) {
    const original = owner[step];
    owner[step] = function (...args) {
      // Pipes to git are no step of ours.
      if (owner !== net.Socket.prototype || this.remotePort !== undefined) count(names[step](...args));
      return original.apply(this, args);
    };
  }
}
require(${JSON.stringify(real)});
`;
