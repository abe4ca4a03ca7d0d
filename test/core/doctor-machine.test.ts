// What doctor says of the machine, the backlog and the log: each check where it finds something, and where it finds nothing.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHAIN_START, seal } from '../../src/core/audit-record.ts';
import { checkOwed, checkSpool, checkStored, checkWorker } from '../../src/core/checks/backlog.ts';
import { checkDirectory, checkLock, type PathFacts } from '../../src/core/checks/disk.ts';
import { checkEnvironment, checkGit } from '../../src/core/checks/environment.ts';
import { checkHook } from '../../src/core/checks/hook.ts';
import { checkLog } from '../../src/core/checks/log.ts';
import { checkBundle, checkNode, nodeInHook } from '../../src/core/checks/runtime.ts';
import { byImportance, fine, problem, skipped, warning, worst } from '../../src/core/finding.ts';
import { EMPTY_LEDGER, put } from '../../src/core/ledger.ts';
import { event, group, HOUR, holding, NOW } from './samples.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const span = (ms: number): string => `${ms / 1000} s`;
const speech = { words: () => ({ message: '', remedy: '' }), span };
const path: PathFacts = {
  path: '/home/alice/state',
  kind: 'directory',
  mine: true,
  mode: 0o700,
  readable: true,
  writable: true,
  free: 1e12,
  changed: NOW,
};

describe('findings', () => {
  it('stand in the order of importance, and the worst speaks for all', () => {
    const all = [fine('clock', ''), warning('mode', '', ''), problem('hook', '', ''), skipped('git', '')];
    expect(byImportance(all).map(({ check }) => check)).toEqual(['git', 'hook', 'mode', 'clock']);
    expect(worst(all)).toBe('problem');
    expect(worst([fine('clock', ''), skipped('git', '')])).toBe('ok');
  });
});

describe('the shell and git', () => {
  it('SCIM_HOOK=0 stops everything', () => {
    expect(checkEnvironment(true)).toMatchObject({
      state: 'problem',
      remedy: expect.stringContaining('unset'),
    });
    expect(checkEnvironment(false)).toMatchObject({ state: 'ok' });
  });
  it.each([
    ['git version 2.39.5', 'ok'],
    ['git version 2.47.1.windows.2', 'ok'],
    ['git version 2.39.3 (Apple Git-146)', 'ok'],
    ['git version 2.35.9', 'warning'],
    ['git version 2.30.2', 'problem'],
    ['hello', 'warning'],
    [null, 'problem'],
  ])('%s: %s', (said, state) => {
    expect(checkGit(said)).toMatchObject({ check: 'git', state });
  });
});

describe('hook', () => {
  it.each(['absent', 'foreign', 'edited', 'not-executable', 'shadowed', 'displaced'] as const)(
    '%s is a problem with a way out',
    (state) => {
      expect(checkHook(state, '/r/.git/hooks/post-checkout')).toMatchObject({
        state: 'problem',
        remedy: expect.stringMatching(/\w/),
      });
    },
  );
  it('that runs is fine', () => expect(checkHook('runs', 'p')).toMatchObject({ state: 'ok' }));
});

describe('node', () => {
  const baked = { wanted: '/n', path: '/n', version: 'v22.1.0' };
  const none = { path: null, version: null };
  it.each([
    [baked, none, 'ok'],
    [{ ...baked, version: 'v20.18.1' }, none, 'ok'],
    [{ ...baked, version: 'v20.18.0' }, none, 'problem'],
    [{ ...baked, version: null }, baked, 'problem'],
    [{ wanted: '/n', ...none }, none, 'problem'],
    [{ wanted: '/n', ...none }, { path: '/o', version: 'v18.0.0' }, 'problem'],
    [{ wanted: '/n', ...none }, { path: '/o', version: 'v24.0.0' }, 'warning'],
  ])('%j, on the PATH %j: %s', (one, other, state) => {
    expect(checkNode(one, other)).toMatchObject({ state });
  });
  it.each([
    ["\nnode='/usr/bin/node'\n", '/usr/bin/node'],
    ["{ scim_hook_node='/it'\\''s/node'; }", "/it's/node"],
    ['node=/x', null],
    ["other='/x'", null],
  ])('is read from the hook %j', (text, expected) => expect(nodeInHook(text)).toBe(expected));
});

describe('bundle', () => {
  it.each([
    ['0.1.0', true, true, 'ok'],
    ['0.1.0', false, true, 'warning'],
    ['0.0.9', false, true, 'warning'],
    ['0.2.0', false, true, 'warning'],
    [null, false, true, 'problem'],
    [null, false, false, 'skipped'],
  ])('of %s (same: %s, installed: %s): %s', (version, sameBytes, installed, state) => {
    expect(checkBundle({ path: '/w', version, sameBytes }, '0.1.0', installed)).toMatchObject({ state });
  });
});

describe('a directory of ours', () => {
  it.each([
    [{}, 'ok'],
    [{ kind: 'absent' }, 'skipped'],
    [{ kind: 'absent', writable: false }, 'problem'],
    [{ kind: 'file' }, 'problem'],
    [{ kind: 'hidden' }, 'problem'],
    [{ mine: false }, 'problem'],
    [{ writable: false }, 'problem'],
    [{ readable: false }, 'problem'],
    [{ mode: 0o755 }, 'warning'],
    [{ free: 1000 }, 'problem'],
    [{ free: 10_000_000 }, 'warning'],
    [{ free: null }, 'ok'],
  ] as const)('%j: %s', (more, state) => {
    expect(checkDirectory('state', 'The state directory', { ...path, ...more })).toMatchObject({ state });
  });
});

describe('lock', () => {
  it.each([
    [{ kind: 'absent' }, 0, 'ok'],
    [{}, 1_000, 'ok'],
    [{}, 2 * 60_000, 'warning'],
    [{ changed: NOW - 60_000 }, 60_000, 'warning'],
    [{ kind: 'file' }, 0, 'problem'],
  ] as const)('%j held for %d: %s', (more, held, state) => {
    expect(checkLock({ lock: { ...path, ...more }, now: NOW, held }, span)).toMatchObject({ state });
  });
});

describe('spool', () => {
  const quiet = { waiting: 0, since: 0, open: [], worker: null, now: NOW };
  it.each([
    [{}, 'ok'],
    [{ waiting: 1, since: NOW - 1_000 }, 'ok'],
    [{ waiting: 1, since: NOW - HOUR, worker: 7 }, 'ok'],
    [{ waiting: 1, since: NOW - HOUR }, 'problem'],
    [{ open: [event('e', { at: NOW - HOUR })] }, 'warning'],
  ])('%j: %s', (more, state) => {
    expect(checkSpool({ ...quiet, ...more }, speech)).toMatchObject({ state });
  });
  it.each([
    [{ is: 'whole' }, 'ok'],
    [{ is: 'absent' }, 'skipped'],
    [{ is: 'newer', version: 2 }, 'problem'],
    [{ is: 'garbage' }, 'warning'],
    [{ is: 'closed', why: 'EACCES' }, 'problem'],
  ] as const)('and ledger as files: %j: %s', (stored, state) => {
    expect(checkStored('ledger', '/l', stored, 'mended')).toMatchObject({ check: 'ledger', state });
  });
});

describe('owed', () => {
  it('is a problem with names; what was there before us is nobody’s to give back', () => {
    const owed = put(EMPTY_LEDGER, holding(group('jit'), { state: 'owed' }));
    expect(checkOwed(owed, NOW, speech)).toMatchObject({
      state: 'problem',
      says: expect.stringContaining('jit'),
    });
    const theirs = put(EMPTY_LEDGER, holding(group('jit'), { state: 'owed', before: 'present' }));
    expect(checkOwed(theirs, NOW, speech)).toMatchObject({ state: 'ok' });
    expect(checkOwed(put(EMPTY_LEDGER, holding(group('jit'))), NOW, speech)).toMatchObject({ state: 'ok' });
  });
});

describe('worker', () => {
  const crash = { path: '/crash', version: '0.1.0', now: NOW };
  it.each([
    [null, 'ok'],
    ['2026-11-23T17:00:00.000Z scim-hook 0.1.0\nError: boom\n    at x', 'problem'],
    ['2026-11-23T17:00:00.000Z scim-hook 0.0.9\nError: boom', 'warning'],
    ['', 'warning'],
  ])('%j: %s', (text, state) => {
    expect(checkWorker({ ...crash, text }, speech)).toMatchObject({ state });
  });
});

describe('log', () => {
  const at = '2026-11-23T18:00:00.000Z';
  const stamp = { time: at, version: '0.1.0' };
  const one = seal({ kind: 'log-start', at }, stamp, CHAIN_START, sha256);
  const two = seal({ kind: 'revoke', at }, stamp, one.end, sha256);
  const three = seal({ kind: 'revoke', at }, stamp, two.end, sha256);
  const file: PathFacts = { ...path, kind: 'file', mode: 0o600 };
  it.each([
    ['whole', {}, [three.text, two.text, one.text], 'ok'],
    ['cut off', {}, ['{"at"', two.text, one.text], 'warning'],
    ['a line lost', {}, [three.text, one.text], 'problem'],
    ['a line altered', {}, [three.text, two.text.replace('revoke', 'manual'), one.text], 'problem'],
    ['of something else', {}, ['hello'], 'problem'],
    ['unreadable', {}, null, 'problem'],
    ['unwritable', { writable: false }, [one.text], 'problem'],
    ['of another owner', { mine: false }, [one.text], 'problem'],
    ['no file', { kind: 'directory' }, null, 'problem'],
    ['absent', { kind: 'absent' }, [], 'skipped'],
    ['absent for good', { kind: 'absent', writable: false }, [], 'problem'],
  ] as const)('%s', (_, more, tail, state) => {
    expect(checkLog({ file: { ...file, ...more }, tail }, sha256)).toMatchObject({ check: 'log', state });
  });
});
