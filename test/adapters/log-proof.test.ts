// The log held against what left this machine, logs of many machines, and checkpoints signed with real keys.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SigningKey } from '../../src/core/log/signing-key.ts';
import { signLog } from '../../src/flow/sign-log.ts';
import { type Verified, verifyLog } from '../../src/flow/verify-log.ts';
import { openProof, openSigning } from '../../src/wire/proof.ts';
import { DEVICE, logOf } from '../support/sealed-log.ts';
import { need } from './hook-rig.ts';

const OTHER = '00000000-0000-4000-8000-000000000000';
let root: string;
let env: Record<string, string>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scim-hook-proof-'));
  mkdirSync(join(root, 'state', 'audit'), { recursive: true });
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    SCIM_HOOK_HOME: join(root, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    SCIM_HOOK_TOKEN: 'secret-token',
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(root, name), lines.map((line) => `${line}\n`).join(''));
  return join(root, name);
};
const own = (lines: readonly string[]): string => file('state/audit/audit.jsonl', lines);
const config = (key: string, value: string): Buffer =>
  execFileSync('git', ['config', '--file', join(root, '.gitconfig'), key, value]);

async function verified(asked: Parameters<typeof openProof>[2] = {}): Promise<Verified> {
  const opened = await openProof(root, env, asked);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const done = await verifyLog(opened.value.ports, opened.value.question);
  if (!done.ok) throw new Error(JSON.stringify(done.failure));
  return done.value;
}

const found = ({ chains, findings }: Verified): object[] => [
  ...findings.shown,
  ...chains.flatMap((chain) => chain.findings.shown),
];
const noted = ({ chains, notes }: Verified): object[] => [
  ...notes.shown,
  ...chains.flatMap((each) => each.notes.shown),
];

describe('against lines that left this machine', () => {
  const log = logOf(21);
  const forms: Readonly<Record<string, (lines: readonly string[]) => string>> = {
    'as they are stored': (lines) => file('there', lines),
    'as the array of log --json': (lines) => file('there', ['[', lines.join(',\n'), ']']),
    'as a document over many lines': (lines) =>
      file('there', [
        JSON.stringify(
          lines.map((line) => JSON.parse(line) as unknown),
          null,
          2,
        ),
      ]),
    'as text in a record': (lines) =>
      file(
        'there',
        lines.map((body) => JSON.stringify({ severity: 'INFO', body: { stringValue: body } })),
      ),
    'behind a syslog header': (lines) =>
      file(
        'there',
        lines.map((line) => `<110>1 2026-11-23 host scim-hook - - ${line}`),
      ),
  };

  test.each(Object.entries(forms))('%s', async (_, write) => {
    own(log);
    const whole = await verified({ against: write(log.slice(5)) });
    expect(found(whole)).toEqual([]);
    expect(whole.against).toMatchObject({ lines: 16, matched: 16, skipped: 0 });
    own(log.slice(0, 18));
    expect(found(await verified({ against: write(log.slice(5)) }))).toMatchObject([
      { is: 'truncated', line: 18, seq: 18, beyond: 3, last: 21 },
    ]);
  });

  test('what was rewritten since is found at its line, though the chain is whole', async () => {
    const rewritten = [...logOf(8), ...logOf(21, OTHER).slice(8)];
    const other = logOf(21, OTHER);
    own(other.map((line) => line));
    expect(found(await verified())).toEqual([]);
    const claimed = logOf(21).slice(3);
    // The same machine's lines, with another content: the device is what tells whose they are.
    own(logOf(21));
    expect(found(await verified({ against: file('there', claimed) }))).toEqual([]);
    own(rewritten);
    expect(found(await verified({ against: file('there', claimed) }))).toContainEqual(
      expect.objectContaining({
        is: 'rewritten',
        line: 9,
        seq: 9,
        other: { file: join(root, 'there'), line: 6 },
      }),
    );
  });

  test('lines of other machines are skipped; nothing but those is nothing to compare with', async () => {
    own(log);
    const mixed = await verified({ against: file('there', [...logOf(5, OTHER).slice(1), ...log]) });
    expect(found(mixed)).toEqual([]);
    expect(mixed.against).toMatchObject({ lines: 25, matched: 21, skipped: 4 });
    const foreign = await verified({ against: file('there', logOf(5, OTHER).slice(1)) });
    expect(found(foreign)).toMatchObject([{ is: 'not-this-log', device: OTHER }]);
  });

  test('a line that the log lost, or that was altered there', async () => {
    own(log.toSpliced(9, 1));
    expect(found(await verified({ against: file('there', log) }))).toMatchObject([
      { is: 'gap', line: 10 },
      { is: 'not-here', file: join(root, 'there'), line: 10, seq: 10 },
    ]);
    own(log);
    const altered = log.with(9, (log[9] ?? '').replace('release/', 'relaese/'));
    expect(found(await verified({ against: file('there', altered) }))).toMatchObject([
      { is: 'bad-source', line: 10 },
    ]);
  });

  test('a log that is gone altogether is known by its device', async () => {
    writeFileSync(join(root, 'state', 'device'), `${DEVICE}\n`);
    expect(found(await verified())).toEqual([]);
    expect(found(await verified({ against: file('there', log) }))).toMatchObject([
      { is: 'truncated', beyond: 20 },
    ]);
  });

  test('a file without a line is no file to compare with', async () => {
    own(log);
    const opened = await openProof(root, env, { against: file('there', ['hello', '{"a":1}']) });
    expect(opened.ok && (await verifyLog(opened.value.ports, opened.value.question))).toMatchObject({
      failure: { code: 'no-lines' },
    });
  });
});

describe('logs of many machines', () => {
  test('each is checked by itself, mixed or rotated, whatever the order', async () => {
    const [a, b] = [logOf(21), logOf(15, OTHER)];
    const mixed = a.slice(0, 15).flatMap((line, index) => [line, b[index] ?? '']);
    const from = [file('later', a.slice(15)), file('sooner', mixed)];
    const whole = await verified({ from });
    expect(found(whole)).toEqual([]);
    expect(whole.chains.map(({ device, lines }) => [device, lines])).toEqual([
      [DEVICE, 21],
      [OTHER, 15],
    ]);
    const broken = await verified({
      from: [file('sooner', mixed.toSpliced(19, 1)), file('later', a.slice(15))],
    });
    expect(broken.chains.map(({ device, findings }) => [device, findings.shown[0]?.is])).toEqual([
      [DEVICE, undefined],
      [OTHER, 'gap'],
    ]);
  });

  test('a directory of segments is one log, of which one may be missing', async () => {
    const log = logOf(21);
    mkdirSync(join(root, 'copy'));
    file('copy/audit.000000000001.jsonl', log.slice(0, 7));
    file('copy/audit.000000000008.jsonl', log.slice(7, 14));
    file('copy/audit.jsonl', log.slice(14));
    expect(found(await verified({ from: ['copy'] }))).toEqual([]);
    rmSync(join(root, 'copy', 'audit.000000000008.jsonl'));
    expect(found(await verified({ from: ['copy'] }))).toMatchObject([
      { is: 'gap', seq: 15, missing: 7, line: 1 },
    ]);
    file('copy/audit.000000000008.jsonl', []);
    expect(found(await verified({ from: ['copy'] }))).toContainEqual(
      expect.objectContaining({ is: 'empty-segment', named: 8 }),
    );
  });

  test('a part of them may lack lines and have some twice; what is there is checked', async () => {
    const log = logOf(21).filter((_, index) => index % 4 !== 2);
    const twice = [...log.slice(0, 8), ...log.slice(4)];
    expect(found(await verified({ from: [file('part', twice)] }))).not.toEqual([]);
    const part = await verified({ from: [file('part', twice)], partial: true });
    expect(found(part)).toEqual([]);
    expect(noted(part)).toMatchObject([
      { is: 'repeated' },
      { is: 'repeated' },
      { is: 'repeated' },
      { is: 'repeated' },
    ]);
    const altered = log.with(5, (log[5] ?? '').replace('release/', 'relaese/'));
    expect(found(await verified({ from: [file('part', altered)], partial: true }))).toMatchObject([
      { is: 'altered', line: 6 },
    ]);
  });
});

describe('checkpoints', () => {
  const log = logOf(21);
  const kept = (seq: number): string =>
    join(root, 'state/audit/checkpoints', `${String(seq).padStart(12, '0')}.checkpoint`);

  function newKey(ctx: Parameters<typeof need>[0], name = 'id', passphrase = ''): string {
    const ssh = need(ctx, 'ssh-keygen');
    execFileSync(ssh, ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(root, name)]);
    config('gpg.format', 'ssh');
    config('user.signingKey', `~/${name}.pub`);
    return readFileSync(join(root, `${name}.pub`), 'utf8').trim();
  }

  async function sign(key?: SigningKey): Promise<unknown> {
    const opened = await openSigning(root, env);
    return opened.ok ? signLog(opened.value.ports, key ?? opened.value.key, null) : opened;
  }

  const signers = (key: string, options = 'namespaces="scim-hook-audit"'): string =>
    file('signers', [`alice@acme.example ${options} ${key}`]);

  test('are made with the key that git signs with, kept for nobody else, and proven', async (ctx) => {
    const key = newKey(ctx);
    own(log);
    expect(await sign()).toMatchObject({
      ok: true,
      value: {
        path: kept(21),
        text: expect.stringMatching(`^scim-hook audit ${DEVICE}\n21\n[0-9a-f]{64}\n2.*Z\n$`),
      },
    });
    expect([statSync(kept(21)).mode & 0o777, statSync(`${kept(21)}.sig`).mode & 0o777]).toEqual([
      0o600, 0o600,
    ]);
    const unnamed = await verified();
    expect(found(unnamed)).toEqual([]);
    expect(noted(unnamed)).toContainEqual(expect.objectContaining({ is: 'unknown-signer', signers: false }));
    const named = await verified({ allowedSigners: signers(key) });
    expect([found(named), named.checkpoints]).toMatchObject([
      [],
      [{ signature: { is: 'good', signer: 'alice@acme.example' } }],
    ]);
    config('gpg.ssh.allowedSignersFile', '~/signers');
    expect((await verified()).checkpoints).toMatchObject([{ signature: { is: 'good' } }]);
    // Once more of the same line: the text stays, and stays signed.
    const text = readFileSync(kept(21), 'utf8');
    expect(await sign()).toMatchObject({ ok: true, value: { text } });
    expect((await verified()).checkpoints).toMatchObject([{ signature: { is: 'good' } }]);
  });

  test('tell that the log was cut off, or rewritten, or that they were edited', async (ctx) => {
    const allowedSigners = signers(newKey(ctx));
    own(log);
    await sign();
    own(log.slice(0, 18));
    expect(found(await verified({ allowedSigners }))).toMatchObject([
      { is: 'truncated', line: 18, last: 21 },
    ]);
    own([...logOf(20), logOf(22).at(-1) ?? '']);
    expect(found(await verified({ allowedSigners }))).toContainEqual(
      expect.objectContaining({ is: 'not-here', seq: 21 }),
    );
    own(log);
    const text = readFileSync(kept(21), 'utf8');
    writeFileSync(kept(21), text.replace('Z\n', '0Z\n'));
    expect(found(await verified({ allowedSigners }))).toMatchObject([{ is: 'bad-signature', seq: 21 }]);
    expect(found(await verified())).toMatchObject([{ is: 'bad-signature' }]);
    writeFileSync(kept(21), `${text}x`);
    expect(found(await verified({ allowedSigners }))).toMatchObject([{ is: 'bad-checkpoint' }]);
    writeFileSync(kept(21), text.replace(/\n[0-9a-f]{64}\n/, `\n${'e'.repeat(64)}\n`));
    expect(found(await verified())).toContainEqual(expect.objectContaining({ is: 'rewritten', seq: 21 }));
    expect(await sign()).toMatchObject({ failure: { code: 'checkpoint-differs', path: kept(21) } });
  });

  test('that were kept elsewhere are held against the log', async (ctx) => {
    const allowedSigners = signers(newKey(ctx));
    own(log);
    await sign();
    const against = file('elsewhere.checkpoint', []);
    writeFileSync(against, readFileSync(kept(21)));
    writeFileSync(`${against}.sig`, readFileSync(`${kept(21)}.sig`));
    rmSync(join(root, 'state/audit/checkpoints'), { recursive: true });
    expect((await verified({ against, allowedSigners })).checkpoints).toMatchObject([
      { signature: { is: 'good' } },
    ]);
    own(log.slice(0, 3));
    expect(found(await verified({ against, allowedSigners }))).toMatchObject([
      { is: 'truncated', beyond: 1, last: 21 },
    ]);
    own(logOf(21, OTHER));
    expect(found(await verified({ against, allowedSigners }))).toMatchObject([{ is: 'not-this-log' }]);
  });

  test('by a key that nobody named, for something else, or with a key that had expired by then', async (ctx) => {
    const key = newKey(ctx);
    own(log);
    await sign();
    const other = signers(newKey(ctx, 'other'));
    expect(noted(await verified({ allowedSigners: other }))).toContainEqual(
      expect.objectContaining({ is: 'unknown-signer', signers: true }),
    );
    const refused = ['namespaces="git"', 'valid-before="20200101"'];
    for (const options of refused)
      expect(
        (await verified({ allowedSigners: signers(key, options) })).checkpoints[0]?.signature.is,
      ).not.toBe('good');
    expect(
      (await verified({ allowedSigners: signers(key, 'valid-after="20200101"') })).checkpoints,
    ).toMatchObject([{ signature: { is: 'good' } }]);
  });

  test('a key in an agent signs, and one that is nowhere doesn’t', async (ctx) => {
    const key = newKey(ctx);
    own(log);
    config('user.signingKey', `key::${key}`);
    const elsewhere = join(root, 'away');
    mkdirSync(elsewhere);
    execFileSync('mv', [join(root, 'id'), join(root, 'id.pub'), elsewhere]);
    expect(await sign()).toMatchObject({ failure: { code: 'not-signed', why: 'no-private-key', key } });
    const started = execFileSync(need(ctx, 'ssh-agent'), ['-s'], { encoding: 'utf8' });
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(started) ?? [];
    const [, pid = ''] = /SSH_AGENT_PID=(\d+)/.exec(started) ?? [];
    try {
      env = { ...env, SSH_AUTH_SOCK: socket };
      execFileSync(need(ctx, 'ssh-add'), ['-q', join(elsewhere, 'id')], { env });
      expect(await sign()).toMatchObject({ ok: true });
      expect((await verified({ allowedSigners: signers(key) })).checkpoints).toMatchObject([
        { signature: { is: 'good' } },
      ]);
    } finally {
      process.kill(Number(pid));
    }
  });

  test('a passphrase that nobody can give ends at once', async (ctx) => {
    newKey(ctx, 'locked', 'open sesame');
    own(log);
    expect(await sign()).toMatchObject({ failure: { code: 'not-signed', why: 'passphrase' } });
    expect(existsSync(join(root, 'state/audit/checkpoints'))).toBe(false);
  });

  test('git’s settings are obeyed, but for a program that a clone names', async (ctx) => {
    const key = newKey(ctx);
    own(log);
    const program = join(root, 'my-keygen');
    writeFileSync(program, `#!/bin/sh\nenv > "${root}/seen"\nexec ssh-keygen "$@"\n`);
    chmodSync(program, 0o755);
    execFileSync('git', ['init', '-q', root], { env });
    execFileSync('git', ['-C', root, 'config', 'gpg.ssh.program', program], { env });
    expect(await sign()).toMatchObject({ ok: true });
    expect(existsSync(join(root, 'seen'))).toBe(false);
    config('gpg.ssh.program', program);
    expect(await sign()).toMatchObject({ ok: true });
    expect(readFileSync(join(root, 'seen'), 'utf8')).not.toContain('secret-token');
    config('gpg.ssh.program', join(root, 'none'));
    expect(await sign()).toMatchObject({ failure: { code: 'ssh-keygen-missing', problem: 'ENOENT' } });
    expect(noted(await verified({ allowedSigners: signers(key) }))).toContainEqual(
      expect.objectContaining({ is: 'unchecked-signature' }),
    );
  });

  test('without a key, a log or an end that is whole, nothing is signed', async (ctx) => {
    own(log);
    expect(await sign()).toMatchObject({ failure: { code: 'signing-key-unset', format: null } });
    newKey(ctx);
    config('gpg.format', 'openpgp');
    expect(await sign()).toMatchObject({ failure: { code: 'signing-format', format: 'openpgp' } });
    config('gpg.format', 'ssh');
    config('user.signingKey', '~/none.pub');
    expect(await sign()).toMatchObject({
      failure: { code: 'signing-key-missing', path: join(root, 'none.pub') },
    });
    config('user.signingKey', '~/id.pub');
    own(log.with(20, (log[20] ?? '').replace('release/', 'relaese/')));
    expect(await sign()).toMatchObject({ failure: { code: 'log-end-altered', seq: 21 } });
    own([]);
    expect(await sign()).toMatchObject({ failure: { code: 'log-empty' } });
  });
});
