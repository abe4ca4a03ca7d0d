// One exit code for many outcomes.
import type { ExitCode } from './words.ts';

/** DESIGN section 5, several at once: 4, then 1, 3, 5. */
export const heaviest = (codes: readonly ExitCode[]): ExitCode =>
  ([4, 1, 2, 3, 5] as const).find((code) => codes.includes(code)) ?? 0;
