// A throw-away PostgreSQL cluster of Debian's package, on a unix socket in a temporary directory.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian puts the programs of the server; null: it isn't installed. */
export function postgresPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions[0] === undefined ? null : join(root, versions[0], 'bin');
  } catch {
    return null;
  }
}

export class Postgres implements AsyncDisposable {
  readonly directory: string;
  readonly #programs: string;
  readonly #as: { readonly uid?: number; readonly gid?: number };

  private constructor(programs: string, directory: string, as: { uid?: number; gid?: number }) {
    this.#programs = programs;
    this.directory = directory;
    this.#as = as;
  }

  static async start(programs: string): Promise<Postgres> {
    const directory = mkdtempSync(join(tmpdir(), 'scim-hook-pg-'));
    chmodSync(directory, 0o755);
    // It refuses to be run by root.
    const isRoot = process.getuid?.() === 0;
    const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
    const as = isRoot ? { uid: await id('-u'), gid: await id('-g') } : {};
    if (as.uid !== undefined && as.gid !== undefined) chownSync(directory, as.uid, as.gid);
    const postgres = new Postgres(programs, directory, as);
    const data = join(directory, 'data');
    await postgres.#run('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
      '--locale=C.UTF-8',
    ]);
    const options = `-k ${directory} -c listen_addresses= -c fsync=off`;
    await postgres.#run('pg_ctl', ['-D', data, '-l', join(directory, 'log'), '-o', options, '-w', 'start']);
    return postgres;
  }

  /** Statements and commands of psql, from a directory; rows with tabs between. */
  async psql(script: string, cwd: string): Promise<string[]> {
    const args = [
      '-h',
      this.directory,
      '-U',
      'postgres',
      '-v',
      'ON_ERROR_STOP=1',
      '-X',
      '-q',
      '-A',
      '-t',
      '-F',
      '\t',
    ];
    const child = run(join(this.#programs, 'psql'), args, { cwd });
    child.child.stdin?.end(script);
    return (await child).stdout.split('\n').filter((line) => line !== '');
  }

  #run(program: string, args: readonly string[]): Promise<unknown> {
    return run(join(this.#programs, program), [...args], {
      ...this.#as,
      cwd: this.directory,
      env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run('pg_ctl', ['-D', join(this.directory, 'data'), '-m', 'immediate', '-w', 'stop']);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
