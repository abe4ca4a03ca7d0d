// Each log of a place by itself: what machine it is of, and where it begins and ends, is a matter of one log.
import { openLogFiles } from '../adapters/disk/log-files.ts';
import type { StoredLog } from '../flow/log-cover.ts';
import type { LogPlace } from './log-place.ts';

export const storedLogs = ({ logs, sources }: Pick<LogPlace, 'logs' | 'sources'>): StoredLog[] =>
  sources.map((source, index) => ({ paths: logs[index] ?? [], files: openLogFiles([source]) }));
