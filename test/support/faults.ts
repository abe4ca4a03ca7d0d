// What can be wrong with our own files and programs on a person's machine, each with its making and its mending.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Fault, Scene } from './scene.ts';

export const spool = ({ repo }: Scene): string => join(repo.spool, 'spool');
const aside = (path: string): string => `${path}.aside`;
const nowhere = (scene: Scene): string => join(scene.sandbox.root, 'nowhere');

/** Something else lies where this was; mending puts it back. */
export function replaced(
  name: string,
  what: (scene: Scene) => string,
  by: (path: string, scene: Scene) => Promise<unknown>,
  more: Partial<Fault> = {},
): Fault {
  return {
    name,
    make: async (scene) => {
      await rename(what(scene), aside(what(scene)));
      await by(what(scene), scene);
    },
    mend: async (scene) => {
      await rm(what(scene), { recursive: true, force: true });
      await rename(aside(what(scene)), what(scene));
    },
    ...more,
  };
}

const forbidden = (
  name: string,
  what: (scene: Scene) => string,
  mode: number,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  make: (scene) => chmod(what(scene), mode),
  mend: (scene) => chmod(what(scene), 0o700),
  ...more,
});

const fifo = async (path: string): Promise<void> => {
  execFileSync('mkfifo', ['-m', '666', path]);
};
export const nothing = async (): Promise<void> => {};
export const bundle = ({ sandbox }: Scene): string => sandbox.workerBundle;
export const pid = ({ repo }: Scene): string => join(repo.spool, 'pid');

const garbledPid = (text: string): Fault => ({
  name: `the pid file says ${JSON.stringify(text)}`,
  make: (scene) => writeFile(pid(scene), text, { mode: 0o666 }),
  mend: (scene) => rm(pid(scene), { force: true }),
  reachesSpool: true,
});

/** A PATH with git and nothing else. */
const onlyGit = (scene: Scene): string => join(scene.sandbox.root, 'only-git');

export const FAULTS: readonly Fault[] = [
  {
    name: 'node is gone: neither where install found it nor on PATH',
    make: async (scene) => {
      await scene.putHook(join(nowhere(scene), 'node'));
      await mkdir(onlyGit(scene));
      const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
      await symlink(git, join(onlyGit(scene), 'git'));
    },
    mend: (scene) => scene.putHook(process.execPath),
    env: (scene) => ({ PATH: onlyGit(scene) }),
    reachesSpool: true,
  },
  {
    name: 'what install found as node is a program that fails',
    make: (scene) => scene.putHook('/bin/false'),
    mend: (scene) => scene.putHook(process.execPath),
    reachesSpool: true,
  },
  replaced('the worker is gone', bundle, nothing, { reachesSpool: true }),
  replaced('the worker is garbage', bundle, (path) => writeFile(path, 'not; a {program'), {
    reachesSpool: true,
  }),
  replaced('the worker is empty', bundle, (path) => writeFile(path, ''), { reachesSpool: true }),
  replaced('a directory lies where the worker was', bundle, (path) => mkdir(path), { reachesSpool: true }),
  replaced('the spool is a directory', spool, (path) => mkdir(path)),
  replaced('the spool is a FIFO', spool, fifo),
  replaced('the spool is a FIFO, while a worker lives', spool, fifo, { withWorker: true }),
  replaced('the spool is a symlink to where nothing can be made', spool, (path, scene) =>
    symlink(join(nowhere(scene), 'spool'), path),
  ),
  replaced('the spool is a symlink to a file that is not there yet', spool, (path, scene) =>
    symlink(join(scene.sandbox.root, 'elsewhere'), path),
  ),
  replaced('the disk of the spool is full', spool, (path) => symlink('/dev/full', path)),
  replaced(
    'the disk of the spool is full, while a worker lives',
    spool,
    (path) => symlink('/dev/full', path),
    {
      withWorker: true,
    },
  ),
  replaced('the spool is a loop of symlinks', spool, (path) => symlink(path, path)),
  forbidden('the spool may not be written', spool, 0o400),
  replaced('the directory of the spool is gone', ({ repo }) => repo.spool, nothing),
  replaced(
    'a file lies where the directory of the spool was',
    ({ repo }) => repo.spool,
    (path) => writeFile(path, ''),
  ),
  forbidden('the directory of the spool may not be entered', ({ repo }) => repo.spool, 0o000),
  forbidden('the directory of the spool may not be written', ({ repo }) => repo.spool, 0o500, {
    reachesSpool: true,
  }),
  ...[
    '',
    'garbage\n',
    '0\n',
    '-1 r\n',
    '1 r\n',
    '1\n',
    '99999999999999999999 r\n',
    '\0\0\0\0',
    `${'7'.repeat(5000)}`,
  ].map(garbledPid),
  replaced('the pid file is a directory', pid, (path) => mkdir(path), { reachesSpool: true }),
  replaced('the pid file is a FIFO', pid, fifo, { reachesSpool: true }),
  forbidden('the state directory may not be written', ({ sandbox }) => sandbox.state, 0o500, {
    reachesSpool: true,
  }),
  forbidden('the state directory may not be entered', ({ sandbox }) => sandbox.state, 0o000, {
    reachesSpool: true,
  }),
  {
    name: 'the state directory is gone, for good',
    make: ({ sandbox }) => rm(sandbox.state, { recursive: true }),
    mend: nothing,
    reachesSpool: true,
  },
  replaced(
    'a file lies where the parent of the state directory was',
    ({ sandbox }) => dirname(sandbox.state),
    (path) => writeFile(path, ''),
    { reachesSpool: true },
  ),
  {
    name: 'HOME is not set',
    make: nothing,
    mend: nothing,
    through: ['env', '-u', 'HOME'],
    reachesSpool: true,
  },
  { name: 'HOME is empty', make: nothing, mend: nothing, env: () => ({ HOME: '' }), reachesSpool: true },
  { name: 'HOME is relative', make: nothing, mend: nothing, env: () => ({ HOME: '.' }), reachesSpool: true },
];
