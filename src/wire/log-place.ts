// Where somebody reads the log: their own, or files that were collected from many machines. Opens as little as it can:
// the log is asked for often, and by scripts.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type LogSource, openLogFiles, unreadable } from '../adapters/disk/log-files.ts';
import { errorCode } from '../adapters/disk/replace-file.ts';
import { segmentsOf } from '../adapters/disk/segments.ts';
import { parseEntries } from '../adapters/git/config-entries.ts';
import { carriedBy } from '../adapters/git/embedded.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { feedGit } from '../adapters/git/feed.ts';
import { stateHome } from '../adapters/process/places.ts';
import type { Sha256 } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import { repositoryId } from '../core/repository-id.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { LogFiles } from '../flow/log-ports.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface LogPlace {
  /** Of each log its files, oldest first: one log, our own, unless others were named. */
  readonly logs: readonly (readonly string[])[];
  /** Of each log where its files come from. */
  readonly sources: readonly LogSource[];
  readonly files: LogFiles;
  /** The state directory; the log is in its `audit`. */
  readonly home: string;
  /** The repository somebody stands in; null elsewhere. */
  readonly repo: string | null;
  readonly entries: readonly ConfigEntry[];
  /** What is added from now on, until the signal. */
  follow(signal: AbortSignal): Promise<AsyncIterable<string>>;
  /** Hashing, for who checks lines: it is loaded only then. */
  sha256(): Promise<Sha256>;
}

/** `from`: files, or directories of segments, to be read in the place of our own log. */
export async function openLogPlace(
  cwd: string,
  env: Env,
  from: readonly string[] = [],
): Promise<Result<LogPlace, Failure>> {
  const gitEnv = gitEnvironment(env);
  const ask = async (args: readonly string[]): Promise<string | null> => {
    const said = await feedGit(cwd, gitEnv, args, '');
    return said?.status === 0 ? said.stdout.toString('utf8') : null;
  };
  const [common, listed] = await Promise.all([
    ask(['rev-parse', '--path-format=absolute', '--git-common-dir']),
    ask(['config', '--no-includes', '--list', '--show-scope', '--show-origin', '-z']),
  ]);
  const commonDir = common?.trimEnd() ?? null;
  const carrier = commonDir === null ? null : await carriedBy(commonDir, gitEnv);
  if (commonDir !== null && carrier !== null)
    return fail({ code: 'embedded-repository', gitDir: commonDir, top: carrier });
  const entries = listed === null ? [] : parseEntries(listed);
  const home = stateHome(env, readSettings(entries).home);
  const sources =
    from.length === 0
      ? ok([{ directory: join(home, 'audit') }])
      : sourcesOf(from.map((path) => resolve(cwd, path)));
  if (!sources.ok) return sources;
  const failure = unreadable(sources.value);
  if (failure !== null) return fail(failure);
  return ok({
    logs: sources.value.map(pathsOf),
    sources: sources.value,
    files: openLogFiles(sources.value),
    home,
    repo: commonDir === null ? null : (repositoryId(entries) ?? commonDir),
    entries,
    follow: async (signal) =>
      (await import('../adapters/disk/log-tail.ts')).followLogs(sources.value, signal),
    sha256: async () => (await import('../adapters/disk/audit-log.ts')).sha256,
  });
}

function sourcesOf(paths: readonly string[]): Result<LogSource[], Failure> {
  const sources: LogSource[] = [];
  for (const path of paths) {
    try {
      sources.push(statSync(path).isDirectory() ? { directory: path } : { file: path });
    } catch (error) {
      return fail({ code: 'disk', path, problem: errorCode(error) ?? String(error) });
    }
  }
  return ok(sources);
}

const pathsOf = (source: LogSource): string[] =>
  'file' in source ? [source.file] : segmentsOf(source.directory).map(({ path }) => path);
