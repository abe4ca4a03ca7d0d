// Time and chance, as the steps ask for them.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { Clock, Ids } from '../../flow/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  pause: (milliseconds) => pause(milliseconds),
};

export const randomIds: Ids = {
  event: () => v7(),
  lease: () => randomUUID(),
};
