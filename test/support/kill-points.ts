// Runs in a worker before the worker's own code: counts what it does to the disk and to the directory's socket, names
// each step in a file, and dies by SIGKILL right before the one it was told. Bundled by dying-worker.ts.
import type { FileHandle } from 'node:fs/promises';

type Method = (this: unknown, ...args: unknown[]) => unknown;

const fs = process.getBuiltinModule('node:fs');
const net = process.getBuiltinModule('node:net');
const { appendFileSync, writeSync, readlinkSync } = fs;

const trace = process.env['DIE_TRACE'] ?? '';
const at = Number(process.env['DIE_AT']);
let count = 0;

/** True for the one step to die at. */
function step(name: string): boolean {
  count += 1;
  appendFileSync(trace, `${name}\n`);
  return count === at;
}

function die(): void {
  appendFileSync(trace, 'died\n');
  process.kill(process.pid, 'SIGKILL');
}

const nameOf = (path: unknown): string => (String(path).split('/').at(-1) ?? '').replace(/\d{4,}/g, 'N');
const nameOfFd = (fd: unknown): string => nameOf(readlinkSync(`/proc/self/fd/${String(fd)}`));

function wrap(owner: object, method: string, around: (original: Method) => Method): void {
  const methods = owner as Record<string, Method>;
  const original = methods[method];
  if (original === undefined) throw new Error(`node has no ${method} any more`);
  methods[method] = around(original);
}

const beforehand =
  (method: string, nameOfFirst = nameOf) =>
  (original: Method): Method =>
    function (...args) {
      if (step(`${method} ${nameOfFirst(args[0])}`)) die();
      return original.apply(this, args);
    };

// The pid file, and what the lock is made of.
for (const method of ['writeFileSync', 'rmSync', 'mkdir', 'rmdir']) wrap(fs, method, beforehand(method));
for (const method of ['rename', 'rm', 'writeFile']) wrap(fs.promises, method, beforehand(method));

// Small files that are replaced whole: what a crash in their writing leaves is a temporary file.
wrap(
  fs.promises,
  'open',
  (original) =>
    async function (...args) {
      const handle = (await original.apply(this, args)) as FileHandle;
      if (args[1] === 'w')
        wrap(handle, 'writeFile', (own) => beforehand('write', () => nameOf(args[0]))(own));
      return handle;
    },
);

// The audit log: each line may be cut off in its middle.
wrap(
  fs,
  'writeSync',
  (original) =>
    function (...args) {
      const name = nameOfFd(args[0]);
      if (step(`write ${name}`)) die();
      if (step(`write half of ${name}`)) {
        const bytes = args[1] as Buffer;
        writeSync(args[0] as number, bytes.subarray(0, bytes.length >> 1));
        die();
      }
      return original.apply(this, args);
    },
);

// A request before it is sent, and its answer before it is looked at.
wrap(
  net.Socket.prototype,
  'write',
  (original) =>
    function (...args) {
      const tcp = (this as { remotePort?: number }).remotePort !== undefined;
      if (tcp && step(`send ${/^[A-Z]+/.exec(String(args[0]))?.[0] ?? 'a body'}`)) die();
      return original.apply(this, args);
    },
);
wrap(
  net.Socket.prototype,
  'read',
  (original) =>
    function (...args) {
      const chunk = original.apply(this, args);
      const tcp = (this as { remotePort?: number }).remotePort !== undefined;
      if (tcp && chunk !== null && step('receive')) die();
      return chunk;
    },
);
