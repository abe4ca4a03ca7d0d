// A log of a year, as a busy person's machine writes it: valid chain, segments, one change in a thousand failed.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditFields, CHAIN_START, seal } from '../src/core/audit-record.ts';

const YEAR = 365 * 86_400_000;
const SEGMENT = 64 * 1024 * 1024;
/** Of a switch that grants: itself, what is taken, what is given, each with its intent, and the closing line. */
const STEPS = ['switch', 'intent', 'change', 'intent', 'change', 'sync'] as const;

export const REPO = 'github.com/acme/payments';
export const ALICE = 'alice@acme.example';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The same log every time: what is random in a real one comes from a number here. */
const uuid = (of: string): string =>
  digest(of).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-7$3-8$4-$5');

/** The last line is written at `until`. Returns how many bytes there are. */
export function writeYear(directory: string, lines: number, until: number): number {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const live = join(directory, 'audit.jsonl');
  let fd = openSync(live, 'w', 0o600);
  let [end, size, first, total] = [CHAIN_START, 0, 1, 0];
  let batch: string[] = [];
  const flush = (): void => {
    size += writeSync(fd, batch.join(''));
    batch = [];
  };
  for (let at = 0; at < lines; at += 1) {
    const time = new Date(until - Math.round(((lines - 1 - at) / lines) * YEAR)).toISOString();
    const sealed = seal(fieldsOf(at, time), { time, version: '0.1.0' }, end, digest);
    end = sealed.end;
    batch.push(`${sealed.text}\n`);
    total += sealed.text.length + 1;
    if (batch.length === 1000) flush();
    if (size > SEGMENT && at < lines - 1) {
      flush();
      closeSync(fd);
      renameSync(live, join(directory, `audit.${String(first).padStart(12, '0')}.jsonl`));
      fd = openSync(live, 'w', 0o600);
      [size, first] = [0, end.seq + 1];
    }
  }
  flush();
  closeSync(fd);
  return total;
}

function fieldsOf(at: number, time: string): AuditFields {
  const [turn, step] = [Math.floor(at / STEPS.length), at % STEPS.length];
  const kind = STEPS[step] ?? 'switch';
  const [branch, from] = [`release/${turn % 40}.${turn % 7}`, `feature/ABC-${(turn % 9000) + 1000}-retry`];
  const common = {
    kind,
    at: time,
    event: uuid(`event ${turn}`),
    device: '5f0c6c1e-9a54-4c8b-8d5d-1f2e3d4c5b6a',
    repo: REPO,
    worktree: '/home/alice/src/payments',
    branch,
    mode: 'enforce',
    policy: digest(`policy ${Math.floor(turn / 500)}`).slice(0, 40),
    rulesBlob: digest(`rules ${Math.floor(turn / 500)}`).slice(0, 40),
    subject: ALICE,
    subjectId: '2819c223-7f76-453a-919d-413861904646',
  } as const;
  if (kind === 'switch') return { ...common, from };
  const lease = {
    lease: uuid(`lease ${turn}`),
    expires: new Date(Date.parse(time) + 28_800_000).toISOString(),
  };
  const failed = digest(`outcome ${turn} ${step}`).startsWith('00') && turn % 4 < 3;
  const outcome = failed
    ? ({ outcome: 'failed', reason: 'unreachable' } as const)
    : ({ outcome: 'applied' } as const);
  if (kind === 'sync')
    return { ...common, ...lease, outcome: 'applied', ms: 120 + (turn % 300), rules: ['release'] };
  const taking = step < 3;
  const change = {
    ...common,
    ...lease,
    endpoint: 'https://idp.acme.example/scim/v2',
    op: taking ? 'remove' : 'add',
    target: 'group',
    name: taking ? `env-ABC-${turn % 50}` : 'jit-release',
    targetId: uuid(`group ${turn % 50}`),
    before: 'absent',
    managed: true,
    rules: ['release'],
  } as const;
  if (kind === 'intent') return change;
  return {
    ...change,
    ...outcome,
    attempts: 1,
    ms: 40 + (turn % 80),
    requestId: uuid(`request ${at}`),
    status: failed ? 503 : 200,
    verified: 'confirmed',
  };
}
