// The reader of configs for people: each fault also says where in the text it is.
import type { Spot } from '../../core/failure.ts';
import { fail } from '../../core/result.ts';
import type { ConfigReader } from '../../flow/ports.ts';
import { configReader } from './read-config.ts';

/** Where each part of a config stands in its text: for `why`, which names the rule's line. */
export async function findSpots(file: string, text: string): Promise<(path: string) => Spot | null> {
  const { openConfigText } = await import('./config-text.ts');
  return openConfigText(file, text).spotOf;
}

/** The parsers that know places are loaded only when there is a fault to place; the worker does without. */
export const locatingReader: ConfigReader = {
  parse: async (file, text) => {
    const parsed = await configReader.parse(file, text);
    if (parsed.ok) return parsed;
    const { placeFaults } = await import('./place-faults.ts');
    return fail(placeFaults(file, text, parsed.failure));
  },
};
