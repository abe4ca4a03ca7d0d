// Many writers at once, killed at random: the log's own lock alone keeps its chain whole, over many files.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chaos } from '../support/log-chaos.ts';
import { filesOfLog } from '../support/stored-log.ts';

test('8 writers, killed at random while files are sealed: no break, no fork, nothing lost', async () => {
  const home = await mkdtemp(join(tmpdir(), 'scim-hook-chaos-'));
  try {
    const { faults, lines, files, killed } = await chaos(home, { writers: 8, lines: 10_000, limit: 100_000 });
    expect(faults).toEqual([]);
    expect(lines).toBeGreaterThanOrEqual(10_000);
    expect(files).toBeGreaterThan(50);
    expect(killed).toBeGreaterThan(20);
    // Who sealed the last one may have died right after the rename.
    const sealed = (await filesOfLog(join(home, 'audit'))).slice(0, -2);
    const modes = await Promise.all(
      sealed.map(async (name) => (await stat(join(home, 'audit', name))).mode & 0o777),
    );
    expect(new Set(modes)).toEqual(new Set([0o400]));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
