// Reads stored lines out of the files of one log.
import { readFileSync } from 'node:fs';
import type { LogFiles, Sought } from '../../flow/log-ports.ts';

/** `paths`: the files of each log, oldest first. */
export function openLogFiles(logs: readonly (readonly string[])[]): LogFiles {
  const lines = ({ texts = [] }: Sought = {}): string[] =>
    logs
      .flat()
      .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
      .filter((line) => line !== '' && texts.every((group) => group.some((text) => line.includes(text))));
  return { forward: (sought) => lines(sought), back: (sought) => lines(sought).reverse() };
}
