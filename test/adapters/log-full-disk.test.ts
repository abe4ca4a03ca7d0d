// A disk that is full for a while: a small file system in memory, which is enlarged later.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import type { AuditFields } from '../../src/core/audit-record.ts';
import { chainFaults, filesOfLog, linesOf, textsOfLog } from '../support/stored-log.ts';
import { need } from './hook-rig.ts';

let home: string;
let unmount: (() => void) | null = null;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scim-hook-full-'));
});
afterEach(async () => {
  unmount?.();
  await rm(home, { recursive: true, force: true });
});

const note = (branch: string): AuditFields => ({ kind: 'sync', at: '2026-11-23T18:16:06.950Z', branch });

test('a full disk leaves one torn line at most, and the chain goes on once there is room', async (ctx) => {
  const [mount, umount] = [need(ctx, 'mount'), need(ctx, 'umount')];
  try {
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', home], { stdio: 'pipe' });
    unmount = () => execFileSync(umount, [home]);
  } catch (error) {
    // It takes root, and not every container's root may.
    ctx.skip(`no file system can be mounted here: ${error instanceof Error ? error.message : error}`);
  }
  const log = openAuditLog(home, { now: Date.now }, '0.0.0-test', { limit: 20_000 });
  const durable: string[] = [];
  for (;;) {
    const branch = `${durable.length} ${'x'.repeat(500)}`;
    const done = await log.append([note(branch)]);
    if (!done.ok) {
      expect(done.failure.code).toBe('disk');
      break;
    }
    durable.push(branch);
  }
  // Whoever tries again makes nothing worse.
  for (let again = 0; again < 5; again += 1)
    expect(await log.append([note('again')])).toMatchObject({ ok: false });
  execFileSync(mount, ['-o', 'remount,size=4m', home], { stdio: 'pipe' });
  expect(await log.append([note('room')])).toMatchObject({ ok: true });

  const directory = join(home, 'audit');
  const texts = await textsOfLog(directory);
  const lines = linesOf(texts);
  expect(chainFaults(texts)).toEqual([]);
  expect(texts.length - lines.length).toBeLessThanOrEqual(1);
  expect(lines.slice(1).map(({ branch }) => branch)).toEqual([...durable, 'room']);
  expect((await filesOfLog(directory)).length).toBeGreaterThan(3);
});
