// The state directory without a disk: what is stored is text, so that nothing is shared with whoever wrote it.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AuditLine,
  CHAIN_START,
  type ChainEnd,
  isIntact,
  parseAuditLine,
  seal,
} from '../../src/core/audit-record.ts';
import { EMPTY_LEDGER, type Ledger } from '../../src/core/ledger.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { AuditLog, Cache, Clock, State } from '../../src/flow/ports.ts';
import type { Fuse } from './fuse.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const FULL = fail({ code: 'disk', path: 'audit.jsonl', problem: 'no space left' } as const);

/** Time that passes only when somebody waits for it. */
export class MovingClock implements Clock {
  #now = Date.parse('2026-11-23T18:00:00Z');
  /** Turns of the event loop in which everybody else goes on before time passes for who waits. */
  patience = 0;
  /** Called when it has passed: what others did meanwhile. */
  meanwhile: () => void = () => {};

  readonly now = (): number => this.#now;

  readonly pause = async (milliseconds: number): Promise<void> => {
    const until = this.#now + milliseconds;
    for (let turn = 0; turn < this.patience; turn += 1) await nextTurn();
    this.#now = Math.max(this.#now, until);
    this.meanwhile();
  };

  move(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export class MemoryState {
  readonly device: string;
  /** The log takes no more lines. */
  isFull = false;
  readonly #texts: string[] = [];
  #ledger: string | null = null;
  #cache: string | null = null;
  #end: ChainEnd = CHAIN_START;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(device: string) {
    this.device = device;
  }

  get ledger(): Ledger {
    return this.#ledger === null ? EMPTY_LEDGER : (JSON.parse(this.#ledger) as Ledger);
  }

  get cache(): Cache {
    return this.#cache === null ? { endpoints: {} } : (JSON.parse(this.#cache) as Cache);
  }

  get lines(): readonly AuditLine[] {
    return this.#texts.map(parse);
  }

  /** Whether each line is what was written, after the one it was written after. */
  get isChained(): boolean {
    return this.lines.every(
      (line, at, all) =>
        isIntact(line, sha256) &&
        line.seq === at + 1 &&
        line.prev === (all[at - 1]?.hash ?? CHAIN_START.hash),
    );
  }

  loseCache(): void {
    this.#cache = null;
  }

  loseLedger(): void {
    this.#ledger = null;
  }

  state(fuse: Fuse): State {
    return {
      withLock: async (work) => {
        const mine = this.#turn.then(work);
        this.#turn = mine.catch(() => undefined);
        return ok(await mine);
      },
      readLedger: async () => ok(this.#ledger === null ? null : this.ledger),
      writeLedger: async (ledger) => {
        fuse.check();
        this.#ledger = JSON.stringify(ledger);
        fuse.after('ledger');
        return ok(undefined);
      },
      readCache: async () => this.cache,
      writeCache: async (cache) => {
        fuse.check();
        this.#cache = JSON.stringify(cache);
      },
      device: async () => ok(this.device),
    };
  }

  audit(fuse: Fuse, clock: Clock): AuditLog {
    const texts = this.#texts;
    return {
      append: async (lines) => {
        for (const fields of lines) {
          fuse.check();
          if (this.isFull) return FULL;
          const stamp = { time: new Date(clock.now()).toISOString(), version: '0.0.0' };
          const { text, end } = seal(fields, stamp, this.#end, sha256);
          texts.push(text);
          this.#end = end;
          fuse.after('audit');
        }
        return ok(undefined);
      },
      read: async function* () {
        for (const text of [...texts]) yield parse(text);
      },
      readBack: async function* () {
        for (const text of texts.toReversed()) yield parse(text);
      },
    };
  }
}

function parse(text: string): AuditLine {
  const line = parseAuditLine(text);
  if (line === null) throw new Error(`not a line of the log: ${text}`);
  return line;
}
