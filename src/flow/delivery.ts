// One destination is brought up to date: request after request in the log's order, each remembered once it was taken.

import { backoff } from '../core/retry.ts';
import type { Sent } from '../core/ship/answer.ts';
import { type Position, type Progress, positionOf } from '../core/ship/position.ts';
import type { Clock } from './ports.ts';
import type { Sender, ShipLog, Stored } from './ship-ports.ts';

/** Lines that are looked at in one go, so that nobody else in the process waits long. */
const GLANCE = 2_000;
/** Characters of them, which is what bounds the memory. */
const GLANCE_SIZE = 4 * 1024 * 1024;
/** So many single lines refused, and none taken: it isn't the lines. */
const DOUBT = 4;

export interface DeliveryPorts {
  readonly log: ShipLog;
  readonly clock: Clock;
  readonly random: () => number;
  /** False: it couldn't be remembered, so going on would only repeat itself later. */
  readonly save: (progress: Progress) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Milliseconds without anything taken after which it is left for later. */
  readonly patience: number;
  readonly told: (shipped: number) => void;
}

export class Delivery {
  private readonly ports: DeliveryPorts;
  private readonly sender: Sender;
  progress: Progress;
  shipped = 0;
  /** Something was taken in this very run, so that what is refused is refused for itself. */
  private proven = false;
  /** Refused one by one, while nothing is proven yet. */
  private doubted = 0;
  private refusal = '';
  private lastTaken: number;

  constructor(ports: DeliveryPorts, sender: Sender, progress: Progress) {
    this.ports = ports;
    this.sender = sender;
    this.progress = progress;
    this.lastTaken = ports.clock.now();
  }

  /** Null: there is nothing left. Else why, in words. */
  async run(): Promise<string | null> {
    const why = await this.drain();
    if (why !== null) await this.fail(why);
    else {
      this.progress = { ...this.progress, failed: null };
      await this.ports.save(this.progress);
    }
    return why;
  }

  private async fail(why: string): Promise<void> {
    const at = new Date(this.ports.clock.now()).toISOString();
    this.progress = { ...this.progress, failed: { at, why } };
    await this.ports.save(this.progress);
  }

  private async drain(): Promise<string | null> {
    for (;;) {
      if (this.ports.signal.aborted) return INTERRUPTED;
      const { lines, last } = this.glance();
      if (last === null) return null;
      const why = await this.deliver(lines);
      if (why !== null) return why;
      if (this.doubted > 0) return this.takesNothing();
      this.progress = { ...this.progress, position: last };
      await this.ports.clock.pause(0);
    }
  }

  /** The next lines that go there, and the last one that was looked at. */
  private glance(): { readonly lines: Stored[]; readonly last: Position | null } {
    const lines: Stored[] = [];
    let last: Position | null = null;
    let [looked, size] = [0, 0];
    for (const stored of this.ports.log.after(this.progress.position)) {
      last = positionOf(stored.line);
      if (this.sender.takes(stored.line)) lines.push(stored);
      looked += 1;
      size += stored.text.length;
      if (looked >= GLANCE || size >= GLANCE_SIZE) break;
    }
    return { lines, last };
  }

  private async deliver(lines: readonly Stored[]): Promise<string | null> {
    for (const batch of batches(lines, this.sender.most)) {
      const why = await this.deliverBatch(batch);
      if (why !== null) return why;
    }
    return null;
  }

  /** Halves what is refused until the line is found that is meant: it must not keep the others from leaving. */
  private async deliverBatch(batch: readonly Stored[]): Promise<string | null> {
    const sent = await this.persist(batch);
    switch (sent.is) {
      case 'taken':
        return this.take(batch, sent);
      case 'later':
      case 'blocked':
        return sent.why;
      case 'refused': {
        if (batch.length === 1) return this.refuse(batch, sent.why);
        const middle = Math.ceil(batch.length / 2);
        return (
          (await this.deliverBatch(batch.slice(0, middle))) ?? (await this.deliverBatch(batch.slice(middle)))
        );
      }
    }
  }

  /** Tries again what may pass, for as long as there is patience. */
  private async persist(batch: readonly Stored[]): Promise<Sent> {
    const { clock, random, signal, patience } = this.ports;
    for (let attempt = 0; ; attempt++) {
      const sent = await unlessAborted(signal, this.sender.send(batch));
      if (sent === null) return { is: 'later', why: INTERRUPTED, retryAfter: null };
      if (sent.is !== 'later') return sent;
      const wait = backoff(attempt, random(), sent.retryAfter);
      const now = clock.now();
      // Whoever asks meanwhile hears of it.
      if (attempt === 0) await this.fail(sent.why);
      if (now + wait - this.lastTaken > patience) {
        const notBefore = sent.retryAfter === null ? null : now + Math.min(sent.retryAfter, LONGEST_PEACE);
        this.progress = { ...this.progress, notBefore };
        return sent;
      }
      await unlessAborted(signal, clock.pause(wait));
      if (signal.aborted) return sent;
    }
  }

  private async take(
    batch: readonly Stored[],
    { rejected, note }: Extract<Sent, { is: 'taken' }>,
  ): Promise<string | null> {
    const now = this.ports.clock.now();
    this.proven = true;
    this.lastTaken = now;
    this.shipped += batch.length;
    const { progress } = this;
    this.progress = {
      ...progress,
      succeeded: new Date(now).toISOString(),
      failed: null,
      notBefore: null,
      skipped: progress.skipped + this.doubted,
      rejected: progress.rejected + rejected,
      note: note ?? progress.note,
    };
    this.doubted = 0;
    this.ports.told(this.shipped);
    return this.pass(batch);
  }

  private async refuse(batch: readonly Stored[], why: string): Promise<string | null> {
    this.refusal = why;
    if (!this.proven) {
      this.doubted += 1;
      return this.doubted >= DOUBT ? this.takesNothing() : null;
    }
    this.progress = { ...this.progress, skipped: this.progress.skipped + 1, note: why };
    return this.pass(batch);
  }

  private takesNothing(): string {
    return `${this.refusal}, and nothing else was taken to show that it is the line's fault`;
  }

  private async pass(batch: readonly Stored[]): Promise<string | null> {
    const last = batch.at(-1);
    if (last !== undefined) this.progress = { ...this.progress, position: positionOf(last.line) };
    return (await this.ports.save(this.progress)) ? null : 'how far it is could not be written down';
  }
}

const INTERRUPTED = 'there was no time left';

/** Milliseconds. A server that asks for a week isn't believed. */
const LONGEST_PEACE = 60 * 60_000;

/** Null: it came too late. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  if (signal.aborted) return null;
  let stop = (): void => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function* batches(lines: readonly Stored[], most: Sender['most']): Generator<Stored[]> {
  let batch: Stored[] = [];
  let bytes = 0;
  for (const stored of lines) {
    // Close enough: what is not ASCII takes more.
    const size = stored.text.length;
    if (batch.length > 0 && (batch.length >= most.lines || bytes + size > most.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(stored);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
