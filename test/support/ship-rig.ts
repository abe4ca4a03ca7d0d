// Ships a log for a test as the worker would, with settings as git has them and waits that are short.

import type { ConfigEntry } from '../../src/core/settings.ts';
import type { Shipped } from '../../src/flow/ship.ts';
import { type ShipAsk, shipNow, shippingStanding } from '../../src/wire/ship.ts';
import { BEGIN, type LogHome } from './log-lines.ts';

export const REPO = 'github.com/acme/payments';
export const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

type Env = Readonly<Record<string, string | undefined>>;

/** `{ 'global scim-hook.webhook': … }`; a list has the key several times. */
export const entriesOf = (settings: Readonly<Record<string, string | readonly string[]>>): ConfigEntry[] =>
  Object.entries(settings).flatMap(([name, values]) => {
    const [scope = '', key = ''] = name.split(' ');
    return [values].flat().map((value) => ({ scope, key: key.toLowerCase(), value }));
  });

export class ShipRig {
  private readonly home: LogHome;
  settings: Readonly<Record<string, string | readonly string[]>>;
  env: Env;

  constructor(home: LogHome, settings: Readonly<Record<string, string | readonly string[]>>, env: Env = {}) {
    this.home = home;
    this.settings = settings;
    this.env = env;
  }

  get place() {
    const { home } = this.home;
    // What git runs in must not find a credential helper of whoever runs the tests.
    const env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1', ...this.env };
    return { entries: entriesOf(this.settings), env, home, repo: REPO, directory: home };
  }

  async ship(more: Partial<ShipAsk> = {}): Promise<readonly Shipped[]> {
    const done = await shipNow(this.place, {
      since: BEGIN,
      patience: 5_000,
      signal: new AbortController().signal,
      byHand: false,
      all: false,
      told: () => {},
      tries: 0,
      ...more,
    });
    if (done === null || !done.ok) throw new Error(done === null ? 'busy' : done.failure.code);
    return done.value;
  }

  async standing() {
    return (await shippingStanding(this.place)).standings;
  }
}
