// The directory that ships with the package, as a process of its own: a test can end it and start it again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFor, rule } from './rules.ts';
import type { Sandbox } from './sandbox.ts';

interface Kept {
  readonly users: readonly { readonly id: string; readonly attributes: { readonly userName: string } }[];
  readonly groups: readonly { readonly displayName: string; readonly members: readonly string[] }[];
}

export class EmbeddedDirectory {
  readonly #sandbox: Sandbox;
  readonly #place: string;
  readonly #file: string;
  #child: ChildProcess | null = null;
  #port = 0;

  private constructor(sandbox: Sandbox, place: string) {
    this.#sandbox = sandbox;
    this.#place = place;
    this.#file = join(sandbox.root, 'directory.json');
  }

  /** It seeds itself as it does for anybody: git's user and a colleague, and the groups that the rules around it name. */
  static async start(sandbox: Sandbox, groups: readonly string[]): Promise<EmbeddedDirectory> {
    const rules = [rule('seed', 'seed', [...groups])];
    const { path } = await sandbox.repository('seed', configFor('http://127.0.0.1', rules));
    const directory = new EmbeddedDirectory(sandbox, path);
    await directory.up();
    return directory;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/scim/v2`;
  }

  /** Starts it, at the port it had before if it had one. */
  async up(): Promise<void> {
    const args = ['directory', '--json', '--port', String(this.#port), '--file', this.#file];
    const child = spawn(process.execPath, [this.#sandbox.bin, ...args], {
      cwd: this.#place,
      env: this.#sandbox.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      try {
        this.#port = (JSON.parse(said) as { port: number }).port;
        break;
      } catch {
        // The rest is on its way.
      }
    }
    if (this.#port === 0) throw new Error(`the embedded directory did not start: ${said}`);
  }

  /** Nothing listens at its port any more. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  /** The userNames of a group's members, as they are on its disk. */
  members(displayName: string): string[] {
    const { users, groups } = JSON.parse(readFileSync(this.#file, 'utf8')) as Kept;
    const group = groups.find((each) => each.displayName === displayName);
    if (group === undefined) throw new Error(`the test asks for a group that isn't there: ${displayName}`);
    return group.members.map(
      (id) => users.find((user) => user.id === id)?.attributes.userName ?? `nobody: ${id}`,
    );
  }
}
