// Every way to move HEAD: afterwards the access is what HEAD says, the log has each switch once, and git did and said
// what it does and says without us.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { groupsOf, Twins } from '../support/twins.ts';

let twins: Twins;
beforeAll(async () => {
  twins = await Twins.create();
  await twins.git('tag', 'v1');
  await twins.install();
});
afterAll(async () => {
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
  await twins[Symbol.asyncDispose]();
});

/** Back to main, without anything that the row before left. */
beforeEach(async () => {
  await twins.git('checkout', '-q', '-f', 'main');
  await twins.git('reset', '-q', '--hard', 'v1');
  await twins.wake();
  expect(twins.held()).toEqual([]);
  await twins.told();
});

/** Runs these commands, each written as in a shell, and gives what the log tells of them. */
async function toldOf(...commands: string[]): Promise<string[]> {
  for (const command of commands) await twins.run('.', 'git', command.split(' '));
  await twins.wake();
  return twins.told();
}

test.each<[name: string, commands: string[], log: string[]]>([
  ['checkout', ['checkout release/1'], ['switch main→release/1']],
  ['checkout of where HEAD is', ['checkout main'], []],
  ['switch', ['switch release/1'], ['switch main→release/1']],
  ['checkout -b', ['checkout -b release/b'], ['switch main→release/b']],
  ['checkout -B', ['checkout -B release/b'], ['switch main→release/b']],
  ['switch -c', ['switch -c hotfix/c'], ['switch main→hotfix/c']],
  ['switch -C', ['switch -C hotfix/c'], ['switch main→hotfix/c']],
  ['checkout --orphan', ['checkout --orphan release/orphan'], ['switch main→release/orphan']],
  ['switch --orphan', ['switch --orphan release/o'], ['switch main→release/o']],
  [
    'away from an unborn branch, by switch',
    ['switch --orphan release/o', 'checkout hotfix/1'],
    ['switch main→release/o', 'switch release/o→hotfix/1'],
  ],
  ['checkout -', ['checkout release/1', 'checkout -'], ['switch main→release/1', 'switch release/1→main']],
  ['a tag', ['checkout release/1', 'checkout v1'], ['switch main→release/1', 'switch release/1→null']],
  [
    'an object id',
    ['checkout release/1', 'checkout main~0'],
    ['switch main→release/1', 'switch release/1→null'],
  ],
  ['--detach', ['switch release/1', 'switch --detach'], ['switch main→release/1', 'switch release/1→null']],
  ['files', ['checkout v1 -- README', 'restore README', 'checkout -p'], []],
  ['a failure', ['checkout nowhere', 'switch --guess nowhere', 'checkout release/1 nowhere'], []],
  ['symbolic-ref by hand', ['symbolic-ref HEAD refs/heads/release/1'], ['gap main→release/1']],
  ['update-ref by hand', ['update-ref --no-deref HEAD v1'], ['gap main→null']],
  [
    'sparse-checkout',
    ['checkout release/1', 'sparse-checkout set x', 'sparse-checkout disable'],
    ['switch main→release/1'],
  ],
  ['merge and reset', ['checkout -b release/m', 'merge v1', 'reset --hard v1'], ['switch main→release/m']],
  ['with a hook switched off', ['-c core.hooksPath=/dev/null checkout release/1'], ['gap main→release/1']],
  [
    'a rename of where HEAD is',
    ['checkout -b release/old', 'branch -m hotfix/new'],
    ['switch main→release/old', 'branch-renamed release/old→hotfix/new'],
  ],
])('%s', async (_, commands, log) => {
  expect(await toldOf(...commands)).toEqual(log);
  expect(twins.held()).toEqual(groupsOf(await twins.head()));
});

describe('a rebase', () => {
  /** Two branches that changed different files, or the same one. */
  beforeAll(async () => {
    for (const [branch, file] of [
      ['release/ours', 'ours'],
      ['release/same', 'theirs'],
      ['theirs', 'theirs'],
    ] as const) {
      await twins.git('checkout', '-q', '-b', branch, 'v1');
      await twins.write(file, `${branch}\n`);
      await twins.git('add', '-A');
      await twins.git('commit', '-q', '-m', branch);
    }
  });

  test.each([
    ['--merge', 'theirs'],
    ['--apply', 'theirs'],
    ['--force-rebase', 'v1'],
    ['--no-ff', 'theirs'],
  ])('%s of the branch is no switch, and keeps the access', async (...how) => {
    await twins.git('checkout', '-q', '-B', 'release/r', 'release/ours');
    const changes = twins.directory.count('PATCH');
    expect(await toldOf(`rebase ${how.join(' ')}`)).toEqual(['switch main→release/r']);
    expect([await twins.head(), twins.held()]).toEqual(['release/r', ['jit']]);
    expect(twins.directory.count('PATCH')).toBe(changes);
  });

  test('that only goes forward is no switch either', async () => {
    await twins.git('checkout', '-q', '-B', 'release/r', 'v1');
    expect(await toldOf('rebase theirs', 'rebase theirs')).toEqual(['switch main→release/r']);
    expect(twins.held()).toEqual(['jit']);
  });

  test.each([['--merge'], ['--apply']])('%s that stops and is given up keeps the access', async (how) => {
    await twins.git('checkout', '-q', '-B', 'release/r', 'release/same');
    expect(await toldOf(`rebase ${how} theirs`)).toEqual(['switch main→release/r']);
    expect([await twins.head(), twins.held()]).toEqual([null, ['jit']]);
    expect(await toldOf('rebase --abort')).toEqual([]);
    expect([await twins.head(), twins.held()]).toEqual(['release/r', ['jit']]);
  });

  test('of another branch grants it once HEAD is there', async () => {
    await twins.git('checkout', '-q', 'plain');
    await twins.told();
    await twins.git('branch', '-f', 'release/r', 'release/same');
    await twins.git('rebase', 'theirs', 'release/r');
    expect(twins.held()).toEqual([]);
    await twins.write('theirs', 'both\n');
    await toldOf('add theirs', '-c core.editor=true rebase --continue');
    expect([await twins.head(), twins.held()]).toEqual(['release/r', ['jit']]);
  });

  test('by pull is no switch', async () => {
    await twins.git('checkout', '-q', '-B', 'release/r', 'release/ours');
    expect(await toldOf('pull -q --rebase . theirs')).toEqual(['switch main→release/r']);
    expect(twins.held()).toEqual(['jit']);
  });
});

test('a bisect, run to its end, is no switch and keeps the access', async () => {
  await twins.git('checkout', '-q', '-b', 'release/bisected');
  for (const text of ['1', '2', '3', '4', '5']) {
    await twins.write('README', text);
    await twins.git('commit', '-q', '-a', '-m', text);
  }
  expect(await toldOf('bisect start HEAD v1', 'bisect run true')).toEqual(['switch main→release/bisected']);
  expect([await twins.head(), twins.held()]).toEqual([null, ['jit']]);
  expect(await toldOf('bisect reset')).toEqual([]);
  expect([await twins.head(), twins.held()]).toEqual(['release/bisected', ['jit']]);
});

test('stash branch is a switch', async () => {
  await twins.write('README', 'stashed\n');
  expect(await toldOf('stash', 'stash branch release/stashed')).toEqual(['switch main→release/stashed']);
  expect(twins.held()).toEqual(['jit']);
});

describe('a worktree', () => {
  const side = (...args: string[]) => twins.run('../@-side', 'git', args);

  test('that is added, moved and removed is granted what its HEAD says, and gives it back', async () => {
    expect(await toldOf('worktree add ../@-side release/1')).toEqual(['switch null→release/1']);
    expect(twins.held()).toEqual(['jit']);
    await side('checkout', 'hotfix/1');
    expect(await toldOf('worktree move ../@-side ../@-moved')).toEqual(['switch release/1→hotfix/1']);
    expect(twins.held()).toEqual(['fix']);
    expect(await toldOf('worktree remove ../@-moved')).toEqual(['gap hotfix/1→null']);
    expect(twins.held()).toEqual([]);
  });

  test('that came without a checkout fires nothing, and is found', async () => {
    expect(await toldOf('worktree add --no-checkout ../@-side release/1')).toEqual(['gap null→release/1']);
    expect(twins.held()).toEqual(['jit']);
    await side('checkout', '-q', '-f', 'release/2');
    expect(await toldOf('worktree remove ../@-side')).toEqual([
      'switch release/1→release/2',
      'gap release/2→null',
    ]);
    expect(twins.held()).toEqual([]);
  });

  test('that is deleted under git’s hands gives back, before it is pruned and after', async () => {
    await twins.git('worktree', 'add', '../@-side', 'release/1');
    await twins.run('..', 'rm', ['-rf', '@-side']);
    expect(await toldOf('status')).toEqual(['switch null→release/1', 'gap release/1→null']);
    expect(twins.held()).toEqual([]);
    expect(await toldOf('worktree prune')).toEqual([]);
  });

  test('whose files name each other by relative paths is as any other', async () => {
    await twins.git('worktree', 'add', '-q', '../@-side', 'plain');
    for (const name of ['ours', 'twin']) {
      const { root } = twins.sandbox;
      await writeFile(join(root, `${name}-side`, '.git'), `gitdir: ../${name}/.git/worktrees/${name}-side\n`);
    }
    await side('checkout', 'release/1');
    expect(twins.held()).toEqual(['jit']);
    expect(await toldOf('status')).toEqual(['switch null→plain', 'switch plain→release/1']);
    expect(await readFile(join(twins.sandbox.root, 'ours-side', '.git'), 'utf8')).toMatch(/^gitdir: \.\./);
    await toldOf('worktree remove ../@-side');
    expect(twins.held()).toEqual([]);
  });
});
