// Signs and checks with OpenSSH's own tool: SSHSIG, as git does it for commits.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { type Checkpoint, NAMESPACE } from '../../core/log/checkpoint.ts';
import type { SigningKey } from '../../core/log/signing-key.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { KeptCheckpoint, Signature, Signatures, Signer } from '../../flow/proof-ports.ts';

/** Milliseconds for an agent to answer where nobody is seen to sit there; it may ask somebody. */
const PATIENCE = 60_000;

/** What ssh-keygen asks of whoever sits there, among what else it says. */
const QUESTION = /^(?:Enter |Confirm )/;

interface SshKeygenOptions {
  /** `gpg.ssh.program`, or `ssh-keygen`. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it couldn't be started. */
  readonly problem: string | null;
  readonly late: boolean;
}

export function openSshKeygen(options: SshKeygenOptions): Signatures & Signer {
  return {
    sign: (text, key, prompted) => sign(options, text, key, prompted),
    check: (kept, made, signers) => check(options, kept, made, signers),
  };
}

async function sign(
  options: SshKeygenOptions,
  text: string,
  key: SigningKey,
  prompted: ((question: string) => void) | null,
): Promise<Result<string, Failure>> {
  return inPrivate(async (directory) => {
    const message = join(directory, 'checkpoint');
    await writeFile(message, text, { mode: 0o600 });
    let keyFile = key.is === 'file' ? key.path : join(directory, 'key.pub');
    if (key.is === 'literal') await writeFile(keyFile, `${key.key}\n`, { mode: 0o600 });
    else if (!(await isThere(keyFile))) return fail({ code: 'signing-key-missing', path: keyFile });
    const args = ['-Y', 'sign', '-n', NAMESPACE, '-f', keyFile, message];
    const said = await run(options, args, { input: null, prompted });
    if (said.problem !== null)
      return fail({ code: 'ssh-keygen-missing', program: options.program, problem: said.problem });
    if (said.status === 0) return ok(await readFile(`${message}.sig`, 'utf8'));
    keyFile = key.is === 'file' ? key.path : key.key;
    return fail({ code: 'not-signed', why: whyNot(said), key: keyFile, detail: lastLine(said.stderr) });
  });
}

function whyNot({ late, stderr }: Said): Extract<Failure, { code: 'not-signed' }>['why'] {
  if (late) return 'late';
  if (/passphrase/i.test(stderr)) return 'passphrase';
  if (/agent refused|communication with agent/i.test(stderr)) return 'agent';
  if (/no private key found|no such identity/i.test(stderr)) return 'no-private-key';
  return 'other';
}

async function check(
  options: SshKeygenOptions,
  { text, signature }: KeptCheckpoint,
  { time }: Checkpoint,
  signers: string | null,
): Promise<Signature> {
  if (signature === null) return { is: 'none' };
  return inPrivate(async (directory) => {
    const file = join(directory, 'signature');
    await writeFile(file, signature, { mode: 0o600 });
    const ask = (...args: string[]): Promise<Said> =>
      run(options, ['-Y', ...args, '-s', file], { input: text, prompted: null });
    const bare = await ask('check-novalidate', '-n', NAMESPACE);
    if (bare.problem !== null || bare.late)
      return { is: 'unchecked', detail: `${options.program}: ${bare.problem ?? 'it did not end'}` };
    if (bare.status !== 0) return { is: 'bad', detail: lastLine(bare.stderr) || lastLine(bare.stdout) };
    const key = /\bwith (.+)$/m.exec(bare.stdout)?.[1] ?? '';
    if (signers === null) return { is: 'unknown', key, signers: false };
    // A key that was good then may have expired since.
    const then = `-Overify-time=${time.replace(/\D/g, '').slice(0, 14)}`;
    const found = await ask('find-principals', '-f', signers, then);
    const principals = found.status === 0 ? found.stdout.split('\n').filter((line) => line !== '') : [];
    let refused: Said = found;
    for (const principal of principals) {
      refused = await ask('verify', '-n', NAMESPACE, '-f', signers, '-I', principal, then);
      if (refused.status === 0) return { is: 'good', signer: principal };
    }
    return principals.length === 0
      ? { is: 'unknown', key, signers: true }
      : { is: 'bad', detail: lastLine(refused.stderr) || lastLine(refused.stdout) };
  });
}

function run(
  { program, env }: SshKeygenOptions,
  args: readonly string[],
  { input, prompted }: { input: string | null; prompted: ((question: string) => void) | null },
): Promise<Said> {
  return new Promise((resolve) => {
    const stdin = input !== null ? 'pipe' : prompted === null ? 'ignore' : 'inherit';
    const child = spawn(program, [...args], {
      env: environment(env, prompted !== null),
      stdio: [stdin, 'pipe', 'pipe'],
      // Without a terminal of its own it can't ask anybody, and says so at once.
      detached: prompted === null,
      windowsHide: true,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      const said = chunk.toString();
      stderr += said;
      for (const line of said.split('\n')) if (QUESTION.test(line)) prompted?.(line.trimEnd());
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
    let late = false;
    const giveUp = (): void => {
      late = true;
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const timer = prompted === null ? setTimeout(giveUp, PATIENCE) : undefined;
    const end = (status: number | null, problem: string | null): void => {
      clearTimeout(timer);
      resolve({ status, stdout, stderr, problem, late });
    };
    child.on('error', (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message));
    child.on('close', (status) => end(status, null));
  });
}

/** The token is for the directory alone, and nothing may pop up where nobody is seen to sit. */
function environment(env: SshKeygenOptions['env'], interactive: boolean): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('SCIM_HOOK') && !name.startsWith('GIT_'),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    // Times are given to it without a zone.
    TZ: 'UTC',
    ...(interactive ? {} : { SSH_ASKPASS_REQUIRE: 'never' }),
  };
}

async function inPrivate<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'scim-hook-sign-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const isThere = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  );

const lastLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1) ?? '';
