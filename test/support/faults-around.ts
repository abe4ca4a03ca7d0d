// What can be wrong around us: versions, owners, locks, pids, clocks, the environment that git runs in.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, chown, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { nothing, pid, replaced, spool } from './faults.ts';
import { type Fault, NOBODY, type Scene } from './scene.ts';

const DAY = 86_400;

const inState =
  (...names: string[]) =>
  ({ sandbox }: Scene): string =>
    join(sandbox.state, ...names);
const progress = ({ repo }: Scene): string => join(repo.spool, 'progress.json');

const onlyAsRoot = (): string | null =>
  NOBODY === undefined ? 'files of another owner can only be made by root' : null;

/** Why a program can't do what a fault needs it for. */
const lacking =
  (program: string, ...args: string[]) =>
  (): string | null => {
    try {
      execFileSync(program, args, { stdio: 'ignore' });
      return null;
    } catch {
      return `${program} is not installed, or may not do this here`;
    }
  };

/** A worker that says it is of another version; which one runs is the stable place's alone. */
const ofVersion = (version: string): Fault => ({
  name: `the worker is of version ${version}`,
  make: async ({ sandbox }) => {
    const text = await readFile(sandbox.workerBundle, 'utf8');
    const other = text.replace(/^\/\/ scim-hook worker \S+$/m, `// scim-hook worker ${version}`);
    expect(other).not.toBe(text);
    await writeFile(sandbox.workerBundle, other);
  },
  mend: nothing,
  reachesSpool: true,
});

/** A file of ours says something else. `kept`: what was there comes back, as after an update of scim-hook. */
const saying = (name: string, what: (scene: Scene) => string, text: string, kept = false): Fault => {
  const fault = replaced(name, what, (path) => writeFile(path, text, { mode: 0o666 }), {
    reachesSpool: true,
  });
  return kept ? fault : { ...fault, mend: nothing };
};

const isDirectory = (what: string, path: (scene: Scene) => string): Fault =>
  replaced(`a directory lies where the ${what} was`, path, (at) => mkdir(at), { reachesSpool: true });

/** A lock that nobody holds any more, last renewed so many seconds ago. */
const lock = (name: string, ago: number): Fault => ({
  name,
  make: async (scene) => {
    const path = inState('lock')(scene);
    await mkdir(path);
    const at = Date.now() / 1000 - ago;
    await utimes(path, at, at);
    if (NOBODY !== undefined) await chown(path, NOBODY, NOBODY);
  },
  mend: nothing,
  reachesSpool: true,
});

const aged = (name: string, seconds: number): Fault => ({
  name,
  make: async (scene) => {
    const at = Date.now() / 1000 + seconds;
    for (const directory of [scene.repo.spool, scene.sandbox.state, inState('audit')(scene)]) {
      for (const entry of await readdir(directory)) await utimes(join(directory, entry), at, at);
      await utimes(directory, at, at);
    }
  },
  mend: nothing,
  reachesSpool: true,
});

/** What faketime left behind where it was killed; it refuses to run as a process that has the same pid again. */
async function sweepFaketime(): Promise<void> {
  for (const name of await readdir('/dev/shm').catch(() => [])) {
    const pid = /^(?:sem\.)?faketime_(?:sem|shm)_(\d+)$/.exec(name)?.[1];
    const isOver = pid !== undefined && !existsSync(`/proc/${pid}`);
    if (isOver) await rm(join('/dev/shm', name), { force: true });
  }
}

const clock = (offset: string): Fault => ({
  name: `the clock is at ${offset}, and then right again`,
  make: sweepFaketime,
  mend: ({ repo }) => repo.stopWorker(),
  // Timers go on: it is the time of day that somebody set.
  through: ['env', 'DONT_FAKE_MONOTONIC=1', 'faketime', '-f', offset],
  isMissing: lacking('faketime', '-f', '+1d', 'true'),
  reachesSpool: true,
});

/** Each file and directory of ours with its permission bits. */
async function modesOf({ repo, sandbox }: Scene): Promise<string[]> {
  const found: string[] = [];
  for (const top of [repo.spool, sandbox.state]) {
    for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const stats = await stat(path).catch(() => null);
      if (stats !== null)
        found.push(`${path.slice(sandbox.root.length)} ${(stats.mode & 0o777).toString(8)}`);
    }
  }
  return found;
}

const umask = (mask: string): Fault => ({
  name: `the umask is ${mask}`,
  // As after a worker that was done: the hook makes the file anew.
  make: (scene) => rm(pid(scene), { force: true }),
  mend: nothing,
  through: ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh'],
  reachesSpool: true,
  expect: async (scene) => {
    await scene.repo.quiet();
    const open = (await modesOf(scene)).filter((each) => !/ (?:600|700)$/.test(each));
    expect(open).toEqual([]);
  },
});

function otherScimHook(): Fault {
  let other: ChildProcess | null = null;
  return {
    name: 'the pid is that of a scim-hook of another clone by now',
    make: async (scene) => {
      const code = "process.title = 'scim-hook'; console.log(); setInterval(() => {}, 60_000)";
      const as = NOBODY === undefined ? {} : { uid: NOBODY, gid: NOBODY };
      const child = spawn(process.execPath, ['-e', code], {
        stdio: ['ignore', 'pipe', 'ignore'],
        cwd: '/',
        ...as,
      });
      other = child;
      await once(child.stdout, 'data');
      await writeFile(pid(scene), `${child.pid} r\n`, { mode: 0o666 });
    },
    mend: async () => {
      const ended = other === null ? null : once(other, 'exit');
      other?.kill('SIGKILL');
      await ended;
    },
    reachesSpool: true,
  };
}

/** Files of ours that root made, or took over. */
async function rootOwns({ repo, sandbox }: Scene): Promise<string[]> {
  const found: string[] = [];
  for (const top of [repo.spool, sandbox.state]) {
    for (const name of await readdir(top, { recursive: true })) {
      const stats = await stat(join(top, name)).catch(() => null);
      if (stats?.uid === 0) found.push(name);
    }
  }
  return found;
}

const sudo = (name: string, make: Fault['make'], left: readonly string[]): Fault => ({
  name,
  make,
  mend: nothing,
  asRoot: true,
  // Git trusts the repository of whoever called sudo.
  env: () => ({ SUDO_UID: String(NOBODY) }),
  isMissing: onlyAsRoot,
  reachesSpool: true,
  expect: async (scene) => {
    expect(await rootOwns(scene)).toEqual(left);
  },
});

const COLLEAGUE = 65_533;
const homeOfColleague = ({ sandbox }: Scene): string => join(sandbox.root, 'colleague');

/** Of the same group, in a repository that git keeps open to it; what is ours in there is the first person's alone. */
const shared: Fault = {
  name: 'a colleague works in the same clone, which is shared by a group',
  make: async (scene) => {
    const { sandbox, repo, twin } = scene;
    const home = homeOfColleague(scene);
    await mkdir(home);
    await writeFile(join(home, '.gitconfig'), '[safe]\n\tdirectory = *\n');
    await chown(home, COLLEAGUE, NOBODY ?? 0);
    for (const clone of [repo.path, twin]) {
      await sandbox.run(
        'git',
        ['config', '-f', join(clone, '.git/config'), 'core.sharedRepository', 'group'],
        '/',
      );
      await sandbox.run('chmod', ['-R', 'g+rwX', clone], '/');
    }
    await sandbox.run('chmod', ['-R', 'go=', repo.spool], '/');
    await sandbox.run('chmod', ['g+rx', sandbox.root, dirname(twin)], '/');
  },
  mend: nothing,
  asRoot: true,
  through: [
    ...['setpriv', `--reuid=${COLLEAGUE}`, `--regid=${NOBODY}`, '--clear-groups'],
    ...['sh', '-c', 'umask 002; exec "$@"', 'sh'],
  ],
  env: (scene) => ({ HOME: homeOfColleague(scene) }),
  isMissing: () => onlyAsRoot() ?? lacking('setpriv', '--version')(),
  expect: async (scene) => {
    expect(scene.sandbox.workers()).toEqual([]);
    expect(await readdir(homeOfColleague(scene))).toEqual(['.gitconfig']);
  },
};

export const FAULTS_AROUND: readonly Fault[] = [
  ofVersion('0.0.1'),
  ofVersion('99.0.0'),
  {
    name: 'the last line of the spool is torn',
    make: (scene) => appendFile(spool(scene), '1\tdeadbeef'),
    mend: nothing,
  },
  {
    name: 'the spool holds lines of a newer version',
    make: (scene) => appendFile(spool(scene), '2\twho\tknows\n2\n'),
    mend: nothing,
    reachesSpool: true,
  },
  {
    name: 'the spool holds bytes that are no text',
    make: (scene) => appendFile(spool(scene), Buffer.from([0, 255, 9, 10, 9, 10, 200, 10])),
    mend: nothing,
    reachesSpool: true,
  },
  saying('the progress is of a newer version', progress, '{"version":99}', true),
  isDirectory('progress', progress),
  {
    name: 'the state directory belongs to somebody else',
    make: async ({ sandbox }) => chown(sandbox.state, 0, 0),
    mend: async ({ sandbox }) => chown(sandbox.state, NOBODY ?? 0, NOBODY ?? 0),
    isMissing: onlyAsRoot,
    reachesSpool: true,
  },
  saying('the ledger is garbage', inState('ledger.json'), '{"version":1,'),
  saying('the ledger is of a newer version', inState('ledger.json'), '{"version":99}', true),
  isDirectory('ledger', inState('ledger.json')),
  saying('the cache is garbage', inState('cache.json'), 'no cache'),
  saying('the cache is of an older version', inState('cache.json'), '{"version":1,"endpoints":{}}'),
  saying('the cache is of a newer version', inState('cache.json'), '{"version":99}'),
  saying('the device has no id', inState('device'), ''),
  isDirectory('device', inState('device')),
  isDirectory('audit log', inState('audit', 'audit.jsonl')),
  lock('the lock was left behind just now', 0),
  lock('the lock is from before the machine was started', 7 * DAY),
  lock('the lock is from a time to come', 365 * DAY * -1),
  otherScimHook(),
  aged('our files are from the future', 365 * DAY),
  aged('our files are from long ago', -10_000 * DAY),
  clock('+400d'),
  clock('-400d'),
  { name: 'PATH is empty', make: nothing, mend: nothing, env: () => ({ PATH: '' }), reachesSpool: true },
  {
    name: 'the locale is C',
    make: nothing,
    mend: nothing,
    env: () => ({ LC_ALL: 'C', LANG: 'C' }),
    reachesSpool: true,
  },
  umask('077'),
  umask('000'),
  sudo('git runs under sudo', nothing, []),
  sudo('git runs under sudo, where no worker was', (scene) => rm(pid(scene), { force: true }), ['pid']),
  shared,
  {
    name: 'git runs in a container that has the clone mounted',
    make: nothing,
    mend: nothing,
    asRoot: true,
    through: [
      'unshare',
      '-pf',
      '--mount-proc',
      'setpriv',
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      '--clear-groups',
    ],
    isMissing: lacking('unshare', '-pf', '--mount-proc', 'true'),
    reachesSpool: true,
  },
];
