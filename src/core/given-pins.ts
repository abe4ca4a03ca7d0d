// Pins that somebody gives for one command, as CI does: they count as if they were in git's config, for this process alone.
import type { ConfigEntry, Pins } from './settings.ts';

const PINS = new Set(['endpoint', 'subject', 'subjectid', 'policy'].map((name) => `scim-hook.${name}`));

/** Whatever bounds access (mode, allow) stays; whatever else pins something gives way, so that no mixture counts. */
export const withPins = (entries: readonly ConfigEntry[], pins: Pins): ConfigEntry[] => [
  ...entries.filter(({ key }) => !PINS.has(key)),
  { scope: 'local', key: 'scim-hook.endpoint', value: pins.endpoint },
  { scope: 'local', key: 'scim-hook.subject', value: pins.subject },
  { scope: 'local', key: 'scim-hook.subjectid', value: pins.subjectId },
  { scope: 'local', key: 'scim-hook.policy', value: pins.policy },
];
