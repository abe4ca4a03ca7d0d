// Completion in the real shells, on a real terminal: what Tab inserts, and that no name a stranger gave a branch is run.
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namesOf } from '../../src/cli/complete/names.ts';
import { openHere } from '../../src/wire/here.ts';
import { need } from '../adapters/hook-rig.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { Terminal } from '../support/terminal.ts';

/** git takes all of these. Run, either of the last two would leave a file behind. */
const HOSTILE = ["it's", 'a;b', 'fix@home', 'naïve', 'x/$(id>pwned)', 'y/`id>pwned`'];
const NETWORK = 'http://127.0.0.1:9/nobody/listens';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
}

/** A person with `scim-hook` on the PATH and the script of their shell where its help says. */
async function stage(): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const bin = join(sandbox.root, 'bin');
  mkdirSync(bin);
  symlinkSync(sandbox.bin, join(bin, 'scim-hook'));
  symlinkSync(process.execPath, join(bin, 'node'));
  sandbox.env['PATH'] = `${bin}:${sandbox.env['PATH']}`;
  const rules = [rule('release', 'release/*', ['jit-release', 'jit two']), rule('all', '**', 'jit:all')];
  const repo = await sandbox.repository('r', configFor(NETWORK, rules), ['release/2.1', 'release/2.2']);
  for (const name of HOSTILE) expect(await repo.git('branch', name)).toMatchObject({ status: 0 });
  return { sandbox, repo, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() };
}

/** Shows the words a command gets, in the place of the command itself; the scripts ask the real one. */
const SHOW = `scim-hook() { local IFS='|'; echo "got:$*:"; }`;
const START: Readonly<Record<string, readonly [argv: readonly string[], setup: string]>> = {
  bash: [['--norc', '--noprofile', '-i'], `eval "$(scim-hook completion bash)"; ${SHOW}`],
  zsh: [['-f', '-i'], `autoload -U compinit; compinit -u -D; eval "$(scim-hook completion zsh)"; ${SHOW}`],
};

/** What is typed up to Tab, and the words a command gets at Enter. */
const INSERTED: readonly (readonly [typed: string, words: string])[] = [
  ['sta', 'status'],
  ['sync --br', 'sync|--branch'],
  ['sync --branch release/2.1', 'sync|--branch|release/2.1'],
  ['sync --branch=fix', 'sync|--branch=fix@home'],
  ['sync --branch fix@', 'sync|--branch|fix@home'],
  ['sync --branch it', "sync|--branch|it's"],
  ['sync --branch "it', "sync|--branch|it's"],
  ['sync --branch a', 'sync|--branch|a;b'],
  ["sync --branch 'a", 'sync|--branch|a;b'],
  ['sync --branch x', 'sync|--branch|x/$(id>pwned)'],
  ['sync --branch "x', 'sync|--branch|x/$(id>pwned)'],
  ['sync --branch y', 'sync|--branch|y/`id>pwned`'],
  ['sync --branch n', 'sync|--branch|naïve'],
  ['install --mode au', 'install|--mode|audit'],
  ['install --policy refs/heads/fix', 'install|--policy|refs/heads/fix@home'],
  ['completion zs', 'completion|zsh'],
  ['log ver', 'log|verify'],
  ['log --since 2h summ', 'log|--since|2h|summary'],
  ['log --outcome fai', 'log|--outcome|failed'],
  ['log summary --kind=branch-d', 'log|summary|--kind=branch-deleted'],
  ['log --json=subjectI', 'log|--json=subjectId'],
  ['log who jit-rel', 'log|who|jit-release'],
  ['log format rsys', 'log|format|rsyslog'],
];

test.for(['bash', 'zsh'])('%s inserts names so that a command gets them as they are', async (name, ctx) => {
  const path = need(ctx, name);
  await using staged = await stage();
  const [argv = [], setup = ''] = START[name] ?? [];
  await using terminal = Terminal.open(ctx, [path, ...argv], {
    cwd: staged.repo.path,
    env: { ...staged.sandbox.env, TERM: 'dumb' },
    columns: 200,
  });
  terminal.type(`${setup}; echo read''y\n`);
  let seen = await terminal.shows(/ready\r?\n/);
  for (const [typed, words] of INSERTED) {
    terminal.type(`scim-hook ${typed}\t\n`);
    const end = await terminal.shows(/got:.*:/, seen);
    expect(/got:(.*):/.exec(terminal.shown.slice(seen))?.[1], typed).toBe(words);
    seen = end;
  }
  // zsh itself runs what is typed as $(…) at Tab; bash doesn't, and neither do we.
  terminal.type(`scim-hook sync --branch ${name === 'bash' ? '$(touch pwned)' : 'main'}\t\u0015scim-hook\n`);
  await terminal.shows('got::', seen);
  expect(existsSync(join(staged.repo.path, 'pwned'))).toBe(false);
});

test('fish offers names with what they are, and runs none of them', async (ctx) => {
  const fish = need(ctx, 'fish');
  await using staged = await stage();
  const offers = async (line: string): Promise<string[]> => {
    const script = `scim-hook completion fish | source; complete -C ${JSON.stringify(line).replaceAll('$', '\\$')}`;
    const ran = await staged.sandbox.run(fish, ['--no-config', '-c', script], staged.repo.path);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    return ran.stdout.trimEnd().split('\n');
  };
  expect(await offers('scim-hook sta')).toEqual(['status\tshow what is trusted, held and waiting']);
  expect(await offers('scim-hook log sh')).toEqual(['show\tthe whole story of one event']);
  expect(await offers('scim-hook log ')).toEqual(
    expect.arrayContaining([expect.stringMatching(/^verify\t/), expect.stringMatching(/^--since\t/)]),
  );
  expect(await offers('scim-hook log --json ')).toContain('show\tthe whole story of one event');
  expect(await offers('scim-hook sync --br')).toEqual([expect.stringMatching(/^--branch\t/)]);
  expect((await offers('scim-hook sync --branch ')).toSorted()).toEqual(
    ['main', 'release/2.1', 'release/2.2', ...HOSTILE].toSorted(),
  );
  expect(await offers('scim-hook sync --branch=release/2.1')).toEqual(['--branch=release/2.1']);
  expect(await offers('scim-hook install --mode rel')).toEqual(['release-only']);
  expect(await offers('scim-hook sync --branch $(touch pwned)')).not.toContain('pwned');
  expect(existsSync(join(staged.repo.path, 'pwned'))).toBe(false);
});

const asked = (line: string): string[] => ['__complete', 'bash', line, ' \t\n"\'><=;|&(:'];

test('is silent and harmless where there is nothing to say', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const ask = (cwd: string, ...args: string[]) => sandbox.run(process.execPath, [sandbox.bin, ...args], cwd);
  const quiet = { status: 0, stdout: '', stderr: '' };
  expect(await ask(sandbox.root, ...asked('scim-hook sync --branch '))).toEqual(quiet);
  expect(await ask(repo.path, ...asked('scim-hook sync --branch nothing-like-it'))).toEqual(quiet);
  expect(await ask(repo.path, ...asked('scim-hook nonsense more '))).toEqual(quiet);
  expect(await ask(repo.path, ...asked('scim-hook install --endpoint '))).toEqual(quiet);
  expect(await ask(repo.path, '__complete')).toMatchObject({ status: 0, stderr: '' });
  expect(await ask(repo.path, '__complete', 'bash')).toMatchObject({ status: 0, stderr: '' });
  await repo.write('.git/config', 'no config at all [');
  expect(await ask(repo.path, ...asked('scim-hook sync --branch '))).toEqual(quiet);
});

test('offers the branches of remotes too, by the name that they have there', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  for (const name of ['release/3.0', 'release/2.1', 'HEAD'])
    await repo.git('update-ref', `refs/remotes/origin/${name}`, 'main');
  await repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/release/3.0');
  const here = await openHere(repo.path, sandbox.env);
  if (!here.ok) throw new Error(here.failure.code);
  expect((await namesOf('branches', here.value)).map(({ name }) => name)).toEqual(
    ['main', 'release/2.1', 'release/2.2', 'release/3.0', ...HOSTILE].toSorted(),
  );
  const refs = await namesOf('refs', here.value);
  expect(refs.map(({ name }) => name)).not.toContain('refs/heads/release/3.0');
});

test('offers the ids of live leases with their branches, and asks no directory', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  await repo.install();
  await repo.checkout('release/1');
  await repo.stopWorker();
  const before = directory.requests.length;
  const offered = await repo.scimHook('__complete', 'zsh', 'revoke', '--lease', '');
  const [lease] = (await sandbox.ledger()).leases;
  expect(offered.stdout).toMatch(new RegExp(`^${lease?.id}\trelease/1, \\d+ h`));
  expect(directory.requests).toHaveLength(before);
});

test('offers what the rules that count grant, each with its rule', async () => {
  await using staged = await stage();
  const { repo, sandbox } = staged;
  const here = await openHere(repo.path, sandbox.env);
  if (!here.ok) throw new Error(here.failure.code);
  expect(await namesOf('grants', here.value)).toEqual([
    { name: 'jit-release', about: 'group, rule release' },
    { name: 'jit two', about: 'group, rule release' },
    { name: 'jit:all', about: 'group, rule all' },
  ]);
});
