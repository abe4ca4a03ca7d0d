// The verifier that the docs print is run as it stands there, on logs of the real writer and on what was done to them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import type { AuditFields } from '../../src/core/audit-record.ts';
import { checked, endOf, history, sealed } from '../support/sealed-log.ts';
import { need } from './hook-rig.ts';

const root = mkdtempSync(join(tmpdir(), 'scim-hook-docs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const docs = readFileSync(new URL('../../docs/audit-log.md', import.meta.url), 'utf8');
const [, program = ''] = /```python\n(.*?)```/s.exec(docs) ?? [];

function verify(python: string, lines: readonly string[]): { status: number | null; said: string } {
  const file = join(root, 'tampered.jsonl');
  writeFileSync(file, lines.join('\n'));
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, file], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

async function written(): Promise<string[]> {
  const fields = history();
  const some = Array.from({ length: 20 }, () => fields.next().value as AuditFields);
  const odd = {
    kind: 'trust',
    at: 'x',
    branch: 'ünï "q" \\ \u007f 日本 \u0001',
    rules: ['a'],
    ms: 0,
  } as const;
  const log = openAuditLog(join(root, 'state'), { now: Date.now }, '0.1.0');
  expect(await log.append([...some, odd, ...some.slice(1, 5)])).toMatchObject({ ok: true });
  return readFileSync(join(root, 'state', 'audit', 'audit.jsonl'), 'utf8').split('\n');
}

test('is short, and says what log verify says', async (ctx) => {
  expect(program.trim().split('\n').length).toBeLessThan(40);
  const python = need(ctx, 'python3');
  const lines = await written();
  const at = (line: number): string => lines[line - 1] ?? '';
  const whole = verify(python, lines);
  expect(whole).toEqual({
    status: 0,
    said: `whole: seq 1 to ${lines.length - 1}, 0 torn, head ${endOf(lines.slice(0, -1)).hash}\n`,
  });
  const start =
    sealed(
      [{ kind: 'log-start', at: 'x', dropped: 9, droppedHash: endOf(lines.slice(0, 9)).hash } as AuditFields],
      endOf(lines.slice(0, -1)),
      Date.now() + 60_000,
    )[0] ?? '';
  const fine = [
    lines.toSpliced(9, 0, at(10).slice(0, 50)),
    lines.with(8, JSON.stringify(JSON.parse(at(9)), null, ' ').replaceAll('\n', '')),
    [...lines.slice(9, -1), start],
  ];
  const broken = [
    lines.with(8, at(9).replace('release/', 'relaese/')),
    lines.toSpliced(8, 1),
    lines.toSpliced(8, 2, at(10), at(9)),
    lines.toSpliced(0, 4),
    lines.toSpliced(9, 0, sealed([{ kind: 'trust', at: 'x' }], endOf(lines.slice(0, 9)))[0] ?? ''),
    lines.toSpliced(12, 0, at(9)),
    lines.toSpliced(9, 0, 'hello'),
    lines.with(8, at(9).slice(0, 90)),
  ];
  for (const [index, tampered] of fine.entries()) {
    expect(verify(python, tampered).status, `fine ${index}`).toBe(0);
    expect(
      checked(tampered).findings.shown.filter(({ is }) => is !== 'closed-twice'),
      `fine ${index}`,
    ).toEqual([]);
  }
  for (const [index, tampered] of broken.entries()) {
    expect(verify(python, tampered), `broken ${index}`).toMatchObject({ status: 1 });
    expect(checked(tampered).findings.count, `broken ${index}`).toBeGreaterThan(0);
  }
});

test('the command for a checkpoint is one that ssh-keygen takes', (ctx) => {
  const ssh = need(ctx, 'ssh-keygen');
  const [, command = ''] = /```sh\n(.*?)```/s.exec(docs) ?? [];
  const key = join(root, 'key');
  execFileSync(ssh, ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  writeFileSync(join(root, 'allowed_signers'), `alice@acme.example ${readFileSync(`${key}.pub`, 'utf8')}`);
  writeFileSync(join(root, '000000006477.checkpoint'), 'scim-hook audit d\n1\n');
  execFileSync(ssh, ['-q', '-Y', 'sign', '-n', 'scim-hook-audit', '-f', key, '000000006477.checkpoint'], {
    cwd: root,
  });
  expect(execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })).toMatch(
    /^Good "scim-hook-audit"/,
  );
});
