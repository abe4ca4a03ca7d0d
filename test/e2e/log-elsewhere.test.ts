// The log in other systems: a real rsyslog tails it, a real PostgreSQL loads it, by what is printed and documented.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { openAuditLog, sha256 } from '../../src/adapters/disk/audit-log.ts';
import { type AuditFields, isIntact, parseAuditLine } from '../../src/core/audit-record.ts';
import { leavesWhole } from '../../src/core/ship/selection.ts';
import { need } from '../adapters/hook-rig.ts';
import { closing } from '../support/log-lines.ts';
import { Postgres, postgresPrograms } from '../support/postgres.ts';
import { Sandbox, until } from '../support/sandbox.ts';

/** Lines of all sorts: what leaves, what stays, and names that want to be something else. */
function lines(): AuditFields[] {
  const at = '2026-11-23T18:00:00.000Z';
  const odd = 'release/"rules":["x"],\\n\'ü🚀';
  const switched = (
    branch: string | null,
    rules: string[],
    from: string | null,
    fromRules: string[],
  ): AuditFields => ({
    kind: 'switch',
    at,
    event: 'e',
    repo: 'r',
    branch,
    rules,
    from,
    fromRules,
  });
  return [
    { kind: 'install', at, repo: 'r' },
    switched('release/1', ['release'], 'release/2', ['release']),
    switched('release/1', ['release'], 'private', []),
    switched('private', [], 'release/1', ['release']),
    switched('"fromRules":["', [], '"rules":["', []),
    switched(null, [], 'release/1', ['release']),
    switched(null, [], null, []),
    switched('release/1', ['release'], null, []),
    closing(odd),
    closing(odd, { rules: [] }),
    closing('private', { rules: [] }),
    closing('release/1', { kind: 'change', op: 'add', target: 'group', name: 'jit', targetId: 'g' }),
    {
      ...closing('x', { kind: 'change', op: 'remove', target: 'group', name: 'jit', rules: [] }),
      branch: null,
    },
    closing('private', { kind: 'intent', op: 'remove', rules: [] }),
    closing('release/1', { requestId: 'x'.repeat(20_000) }),
  ];
}

const append = async (sandbox: Sandbox, fields: readonly AuditFields[]): Promise<void> => {
  const written = await openAuditLog(sandbox.state, { now: Date.now }, '0.1.0').append(fields);
  expect(written.ok).toBe(true);
};

const scimHook = (sandbox: Sandbox, ...args: string[]) =>
  sandbox.run(process.execPath, [sandbox.bin, ...args], sandbox.root);

/** RFC 6587's octet counting. */
function messagesOf(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = space + 1 + Number(bytes.toString('latin1', at, space));
    if (space === -1 || end > bytes.length) break;
    messages.push(bytes.toString('utf8', space + 1, end));
    at = end;
  }
  return messages;
}

async function tailed(ctx: TestContext, extent: 'matched' | 'all') {
  const rsyslogd = need(ctx, 'rsyslogd');
  await using sandbox = await Sandbox.create();
  const received: Buffer[] = [];
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await append(sandbox, lines().slice(0, 8));
  await sandbox.run('git', ['config', '--global', 'scim-hook.ship', extent], sandbox.root);
  const printed = await scimHook(sandbox, 'log', 'format', 'rsyslog', '--to', `127.0.0.1:${port}`);
  expect(printed.status).toBe(0);
  const work = join(sandbox.root, 'rsyslog');
  mkdirSync(work);
  const config = join(work, 'scim-hook.conf');
  // As the system's own configuration does before it includes ours.
  writeFileSync(config, `global(workDirectory=${JSON.stringify(work)})\n${printed.stdout}`);
  expect((await sandbox.run(rsyslogd, ['-N1', '-f', config], sandbox.root)).status).toBe(0);
  const child = spawn(rsyslogd, ['-n', '-f', config, '-i', join(work, 'pid')], { stdio: 'ignore' });
  const file = join(sandbox.state, 'audit', 'audit.jsonl');
  const stored = () =>
    ['audit.000000000001.jsonl', 'audit.jsonl']
      .flatMap((name) => {
        try {
          return readFileSync(join(sandbox.state, 'audit', name), 'utf8').split('\n');
        } catch {
          return [];
        }
      })
      .filter((text) => text !== '');
  const due = () =>
    stored().filter((text) => {
      const line = parseAuditLine(text);
      return line !== null && leavesWhole(line, { extent, repo: null });
    });
  const arrived = () =>
    messagesOf(Buffer.concat(received)).map((message) => message.slice(message.indexOf('{')));
  try {
    await until('what stood there', () => arrived().length >= due().length);
    await append(sandbox, lines().slice(8, 11));
    // Sealed as the log seals it: the chain goes on in a new file.
    const sealed = readFileSync(file, 'utf8');
    renameSync(file, join(sandbox.state, 'audit', 'audit.000000000001.jsonl'));
    expect(sealed.endsWith('\n')).toBe(true);
    await append(sandbox, lines().slice(11));
    await until('the rest', () => arrived().length >= due().length);
    return { arrived: arrived(), due: due(), messages: messagesOf(Buffer.concat(received)) };
  } finally {
    child.kill();
    await once(child, 'exit');
    for (const socket of held) socket.destroy();
    server.close();
  }
}

test.for(['matched', 'all'] as const)(
  'rsyslog receives the lines that may leave (%s), over a rotation, and each is as it was stored',
  async (extent, ctx) => {
    const { arrived, due, messages } = await tailed(ctx, extent);
    expect(arrived).toEqual(due);
    expect(due.length).toBeGreaterThan(6);
    for (const text of arrived) {
      const line = parseAuditLine(text);
      expect(line !== null && isIntact(line, sha256)).toBe(true);
    }
    // RFC 5424: facility 13, severity 6.
    for (const message of messages)
      expect(message).toMatch(/^<110>1 \d{4}-\d\d-\d\dT\S+ \S+ scim-hook - - - \{/);
  },
);

test('the collector’s configuration is YAML with the real paths, and drops what may not leave', async () => {
  await using sandbox = await Sandbox.create();
  const matched = await scimHook(sandbox, 'log', 'format', 'otelcol', '--to', 'c.example:4318');
  const config = parse(matched.stdout) as {
    receivers: Record<
      string,
      { include: string[]; operators: { type: string; expr?: string; parse_from?: string }[] }
    >;
    exporters: Record<string, { endpoint: string }>;
  };
  const receiver = config.receivers['filelog/scim-hook'];
  expect(receiver?.include[0]).toBe(join(sandbox.state, 'audit', 'audit.jsonl'));
  expect(receiver?.operators.map(({ type }) => type)).toEqual(['filter', 'json_parser']);
  expect(config.exporters['otlphttp']?.endpoint).toBe('https://c.example:4318');
  await sandbox.run('git', ['config', '--global', 'scim-hook.ship', 'all'], sandbox.root);
  expect((await scimHook(sandbox, 'log', 'format', 'otelcol')).stdout).not.toContain('filter');
});

test('PostgreSQL loads the export with the documented command, keeps its bytes, and answers', async (ctx) => {
  const programs = postgresPrograms();
  if (programs === null) need(ctx, 'postgresql');
  await using sandbox = await Sandbox.create();
  await append(sandbox, lines());
  await append(sandbox, [
    closing('release/1', { kind: 'change', op: 'remove', target: 'group', name: 'jit', outcome: 'owed' }),
  ]);
  const documented = readFileSync(resolve(import.meta.dirname, '../../docs/shipping.md'), 'utf8');
  const shell = /^scim-hook (log export .*) >audit\.ndjson$/m.exec(documented)?.[1]?.split(' ') ?? [];
  const sql = /```sql\n([\s\S]*?)```/.exec(documented)?.[1] ?? '';
  const exported = await scimHook(sandbox, ...shell);
  writeFileSync(join(sandbox.root, 'audit.ndjson'), exported.stdout);
  expect(exported.stdout).toBe(readFileSync(join(sandbox.state, 'audit', 'audit.jsonl'), 'utf8'));
  await using postgres = await Postgres.start(programs ?? '');
  const rows = await postgres.psql(sql, sandbox.root);
  expect(rows.map((row) => row.split('\t').slice(1))).toEqual([
    ['alice@acme.example', 'add', 'jit', 'release/1'],
    ['alice@acme.example', 'remove', 'jit', ''],
  ]);
  const texts = await postgres.psql(
    "SELECT text FROM scim_hook_log ORDER BY (line->>'seq')::bigint;",
    sandbox.root,
  );
  expect(`${texts.join('\n')}\n`).toBe(exported.stdout);
});
