// Puts a worker in the real one's place that dies at a chosen step (kill-points.ts), and tells what its steps are.
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { isIntact } from '../../src/core/audit-record.ts';
import { sha256 } from '../adapters/hook-rig.ts';
import { type Repo, type Sandbox, until } from './sandbox.ts';

/** What a worker did until it died, or until all was settled: its steps by name, without the one it died at. */
export interface Life {
  readonly steps: readonly string[];
  readonly died: boolean;
}

const killPoints = build({
  entryPoints: [fileURLToPath(new URL('./kill-points.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'iife',
  target: 'node20.18',
  write: false,
}).then(({ outputFiles: [file] }) => file?.text ?? '');

export class DyingWorker {
  readonly #repo: Repo;
  readonly #sandbox: Sandbox;
  readonly #real: string;
  readonly #trace: string;

  constructor(repo: Repo) {
    this.#repo = repo;
    this.#sandbox = repo.sandbox;
    this.#real = join(repo.sandbox.root, 'real-worker.cjs');
    this.#trace = join(repo.sandbox.root, 'trace');
  }

  /** A switch whose worker dies before its step `at`; without, it lives until everything is settled. */
  async checkout(branch: string, at?: number): Promise<Life> {
    await this.#place();
    await rm(this.#trace, { force: true });
    const env = { DIE_TRACE: this.#trace, DIE_AT: String(at ?? 'never') };
    const ran = await this.#sandbox.run('git', ['checkout', '-q', branch], this.#repo.path, { env });
    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
    await until('the worker to die or to be done', async () => {
      if (this.#steps().at(-1) === 'died') return this.#sandbox.workers().length === 0;
      return (await this.#repo.isQuiet()) && !existsSync(this.#lock);
    });
    const steps = this.#steps();
    const died = steps.at(-1) === 'died';
    await this.stop();
    await copyFile(this.#real, this.#sandbox.workerBundle);
    // Ahead of time, as if the seconds after which a silent holder counts as dead had passed.
    const long = new Date(Date.now() - 60_000);
    if (existsSync(this.#lock)) await utimes(this.#lock, long, long);
    return { steps: died ? steps.slice(0, -1) : steps, died };
  }

  /** Ends the lingering worker in a moment in which it does nothing. */
  async stop(): Promise<void> {
    if (this.#sandbox.workers().length === 0) return;
    await until('the lock to be free', () => !existsSync(this.#lock));
    await this.#repo.stopWorker();
  }

  async #place(): Promise<void> {
    const { workerBundle } = this.#sandbox;
    if (!existsSync(this.#real)) await copyFile(workerBundle, this.#real);
    await writeFile(workerBundle, `${await killPoints}\nrequire(${JSON.stringify(this.#real)});\n`);
  }

  get #lock(): string {
    return join(this.#sandbox.state, 'lock');
  }

  #steps(): string[] {
    return existsSync(this.#trace) ? readFileSync(this.#trace, 'utf8').split('\n').slice(0, -1) : [];
  }
}
