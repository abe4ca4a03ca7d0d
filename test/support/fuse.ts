// A process that dies in the middle: after the effect it was armed for, nothing more of it reaches anything outside.

/** What leaves a trace outside the process. */
export type Effect = 'spool' | 'ledger' | 'audit' | 'request';

export class Crash extends Error {}

export class Fuse {
  #left: number;
  readonly #effect: Effect | 'any';
  #blown = false;

  /** Without arguments it never blows. */
  constructor(effect: Effect | 'any' = 'any', nth = Number.POSITIVE_INFINITY) {
    this.#effect = effect;
    this.#left = nth;
  }

  /** Before anything: the dead do nothing. */
  check(): void {
    if (this.#blown) throw new Crash('dead already');
  }

  /** After an effect: it is there, and nobody lived to know. */
  after(effect: Effect): void {
    this.check();
    if (this.#effect !== 'any' && this.#effect !== effect) return;
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#blown = true;
    throw new Crash(`died after ${effect}`);
  }

  /** Each operation of it is an effect of this kind, once it is done. */
  guard<T extends object>(port: T, effect: Effect): T {
    return new Proxy(port, {
      get: (target, key): unknown => {
        const value: unknown = Reflect.get(target, key);
        // What is remembered is no effect, and nobody waits for it.
        if (typeof value !== 'function' || key === 'skew') return value;
        return async (...given: unknown[]): Promise<unknown> => {
          this.check();
          const answer: unknown = await Reflect.apply(value, target, given);
          this.after(effect);
          return answer;
        };
      },
    });
  }
}
