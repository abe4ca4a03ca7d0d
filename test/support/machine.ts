// One person's machine without git and disk: the real flow and the real SCIM client, over ports in memory.
//
// Its life:
//   1. `new Machine(fake, config)`: a clone on `main` that trusts these rules, for a subject of the fake directory.
//   2. `checkout` moves HEAD and lets the hook write its line; `wake` is one wake-up of the worker; `calm` wakes until
//      nothing is to be tried again, the clock moved on in between as the worker would wait.
//   3. `crash` lets the next wake-up die after its n-th effect (`attempt` answers null then); what it left is what the
//      following one finds.
//   4. Two machines may share a directory and a subject: each has its own ledger, log and device.

import { createConnector } from '../../src/adapters/scim/connector.ts';
import type { AuditLine } from '../../src/core/audit-record.ts';
import type { Config } from '../../src/core/config.ts';
import type { Lease } from '../../src/core/lease.ts';
import type { Holding, Ledger } from '../../src/core/ledger.ts';
import { backoff } from '../../src/core/retry.ts';
import type { ConfigEntry } from '../../src/core/settings.ts';
import type { Connector, Ports } from '../../src/flow/ports.ts';
import type { Ask } from '../../src/flow/prepare.ts';
import { type Settled, settle } from '../../src/flow/settle.ts';
import type { FakeDirectory } from './fake-directory.ts';
import { Crash, type Effect, Fuse } from './fuse.ts';
import { MemoryClone, type Rules } from './memory-clone.ts';
import { MemoryState, MovingClock } from './memory-state.ts';

export interface MachineOptions {
  readonly device?: string;
  readonly subject?: { readonly id: string; readonly name: string };
  readonly clock?: MovingClock;
  readonly token?: string;
}

/** Wake-ups after which what still wants another try is given up on. */
const MOST_WAKES = 25;

export class Machine implements AsyncDisposable {
  readonly clock: MovingClock;
  readonly clone: MemoryClone;
  readonly disk: MemoryState;
  readonly subject: { readonly id: string; readonly name: string };
  /** Further entries of git's config, as `scim-hook.mode`. */
  readonly entries: ConfigEntry[] = [];
  /** When each request was sent, by its clock. */
  readonly sent: number[] = [];
  readonly #fake: FakeDirectory;
  readonly #token: string;
  readonly #open: { close(): Promise<void> }[] = [];
  #connector: Connector;
  #fuse = new Fuse();
  #ids = 0;

  constructor(
    fake: FakeDirectory,
    config: Config,
    {
      device = 'laptop',
      subject = ALICE,
      clock = new MovingClock(),
      token = 'a-token-for-tests',
    }: MachineOptions = {},
  ) {
    this.#fake = fake;
    fake.now = () => clock.now();
    this.#token = token;
    this.clock = clock;
    this.subject = subject;
    this.disk = new MemoryState(device);
    this.clone = new MemoryClone(`/home/alice/${device}`, config);
    this.#connector = this.#connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First the server, so that closing the client never waits for an answer that won't come.
    await this.#fake[Symbol.asyncDispose]();
    await this.close();
  }

  /** Of a directory that others use too. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((connector) => connector.close()));
  }

  get ledger(): Ledger {
    return this.disk.ledger;
  }

  get lines(): readonly AuditLine[] {
    return this.disk.lines;
  }

  /** The lines that closed an event; there is to be one. */
  closing(event: string): readonly AuditLine[] {
    return this.lines.filter(
      (line) => line.kind === 'sync' && line.event === event && line.outcome !== 'pending',
    );
  }

  held(name: string): Holding | undefined {
    return this.ledger.holdings.find(({ item }) => item.name === name);
  }

  checkout(branch: string | null, options: { worktree?: string; silent?: boolean } = {}): void {
    this.clone.checkout(branch, this.clock.now(), options);
  }

  editRules(rules: Rules): void {
    this.clone.edit(rules);
  }

  loseCache(): void {
    this.disk.loseCache();
  }

  /** It is rebuilt from the log at the next wake-up. */
  loseLedger(): void {
    this.disk.loseLedger();
  }

  /** The next wake-up dies after its n-th effect, counted from 1. */
  crash(effect: Effect | 'any', nth: number): void {
    this.#fuse = new Fuse(effect, nth);
  }

  wake(): Promise<Settled> {
    return this.#whole({ kind: 'wake' });
  }

  sync(branch?: string): Promise<Settled> {
    const place = this.clone.place();
    return this.#whole({
      kind: 'manual',
      place,
      branch: branch ?? this.clone.branch(),
      byHand: branch !== undefined,
    });
  }

  revoke(which: (lease: Lease) => boolean = () => true): Promise<Settled> {
    return this.#whole({ kind: 'revoke', which });
  }

  /** One wake-up; null: it crashed. */
  async attempt(ask: Ask = { kind: 'wake' }): Promise<Settled | null> {
    const fuse = this.#fuse;
    try {
      const settled = await settle(this.#ports(fuse), this.#settings(), ask);
      if (!settled.ok) throw new Error(`nothing could be settled: ${JSON.stringify(settled.failure)}`);
      return settled.value;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#connector = this.#connect();
      return null;
    } finally {
      this.#fuse = new Fuse();
    }
  }

  /** Wakes up until nothing is to be tried again soon; what each wake-up settled, in order. */
  async calm(ask: Ask = { kind: 'wake' }): Promise<readonly Settled[]> {
    const all: Settled[] = [];
    for (let tries = 0; tries < MOST_WAKES; tries += 1) {
      const settled = await this.#whole(tries === 0 ? ask : { kind: 'wake' });
      all.push(settled);
      if (!settled.again) break;
      this.clock.move(backoff(tries, 0.5, settled.retryAfter));
    }
    return all;
  }

  async #whole(ask: Ask): Promise<Settled> {
    const settled = await this.attempt(ask);
    if (settled === null) throw new Error('a wake-up crashed that was not to');
    return settled;
  }

  #settings(): ConfigEntry[] {
    const local = (key: string, value: string): ConfigEntry => ({ scope: 'local', key, value });
    return [
      local('scim-hook.endpoint', this.#fake.url),
      local('scim-hook.subject', this.subject.name),
      local('scim-hook.subjectid', this.subject.id),
      local('scim-hook.policy', 'refs/remotes/origin/main'),
      local('remote.origin.url', 'https://github.com/acme/payments'),
      ...this.entries,
    ];
  }

  #connect(): Connector {
    const connector = createConnector({
      token: { token: async () => this.#token },
      way: () => ({ proxy: null, caFile: null }),
      userAgent: 'scim-hook/0.0.0 (test)',
      newRequestId: () => {
        this.sent.push(this.clock.now());
        return this.#newId('r');
      },
      now: this.clock.now,
    });
    this.#open.push(connector);
    return connector;
  }

  #newId(sort: string): string {
    this.#ids += 1;
    return `${sort}-${this.disk.device}-${String(this.#ids).padStart(6, '0')}`;
  }

  #ports(fuse: Fuse): Ports {
    const connector = this.#connector;
    return {
      clock: this.clock,
      ids: { event: () => this.#newId('e'), lease: () => this.#newId('l') },
      random: () => 0.5,
      repository: this.clone.repository(),
      config: this.clone.config(),
      spool: this.clone.spool(fuse),
      state: this.disk.state(fuse),
      audit: this.disk.audit(fuse, this.clock),
      connector: { connect: (...given) => fuse.guard(connector.connect(...given), 'request') },
      notifier: { tell: async () => undefined },
    };
  }
}

export const ALICE = { id: 'alice', name: 'alice@acme.example' };
