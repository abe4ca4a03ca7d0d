// The token of one endpoint: asked for when it is first needed, kept in memory only, asked for once more when it was refused.

export interface TokenSource {
  /** `pinned`: the environment's token may be used. `renew`: the one given before was refused. */
  token(
    endpoint: string,
    options: { readonly pinned: boolean; readonly renew: boolean },
  ): Promise<string | null>;
}

export class Bearer {
  readonly #ask: (renew: boolean) => Promise<string | null>;
  #known: Promise<string | null> | null = null;

  constructor(source: TokenSource, endpoint: string, pinned: boolean) {
    this.#ask = async (renew) => sendable(await source.token(endpoint, { pinned, renew }));
  }

  /** Null: there is none. That isn't remembered, so that a login helps a worker that lingers. */
  current(): Promise<string | null> {
    return this.#known ?? this.#learn(false);
  }

  /** Another token than the refused one, or null. */
  async insteadOf(refused: string): Promise<string | null> {
    const known = await this.#known;
    // Somebody else's request was refused before ours, and it was renewed since.
    if (known !== null && known !== refused) return known;
    const renewed = await this.#learn(true);
    return renewed === refused ? null : renewed;
  }

  #learn(renew: boolean): Promise<string | null> {
    const asked = this.#ask(renew);
    this.#known = asked;
    const forget = () => {
      if (this.#known === asked) this.#known = null;
    };
    asked.then((token) => token === null && forget(), forget);
    return asked;
  }
}

/** A header's value is visible ASCII without spaces (RFC 6750 section 2.1); anything else could never be sent. */
const sendable = (token: string | null): string | null =>
  token !== null && /^[\x21-\x7e]+$/.test(token) ? token : null;
