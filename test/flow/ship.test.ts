// Shipping over real HTTP: at least once and in order, whatever the other end does.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closing, LogHome } from '../support/log-lines.ts';
import { partialSuccess, Receiver } from '../support/receiver.ts';
import { ShipRig } from '../support/ship-rig.ts';

interface Staged extends AsyncDisposable {
  readonly home: LogHome;
  readonly receiver: Receiver;
  readonly rig: ShipRig;
  /** Branches whose closing lines were taken, in order. */
  arrived(): unknown[];
}

async function staged(lines: number, env: Record<string, string> = {}): Promise<Staged> {
  const home = new LogHome();
  const receiver = await Receiver.start();
  await home.append(...Array.from({ length: lines }, (_, index) => closing(`release/${index + 1}`)));
  return {
    home,
    receiver,
    rig: new ShipRig(home, { 'global scim-hook.otlpEndpoint': receiver.url }, env),
    arrived: () => receiver.records.flatMap(({ attributes }) => attributes['vcs.ref.head.name'] ?? []),
    [Symbol.asyncDispose]: async () => {
      await receiver[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

const branches = (...numbers: number[]): string[] => numbers.map((number) => `release/${number}`);

describe('to a collector', () => {
  test('lines arrive once, in order, each with its stored bytes; the next time only what is new', async () => {
    await using stage = await staged(3);
    const { rig, receiver, home } = stage;
    expect(await rig.ship()).toMatchObject([{ shipped: 4, failure: null }]);
    expect(receiver.records.map(({ body }) => body)).toEqual(home.stored().map(({ text }) => text));
    await rig.ship();
    expect(receiver.delivered).toHaveLength(1);
    await home.append(closing('release/4'));
    expect(await rig.ship()).toMatchObject([{ shipped: 1 }]);
    expect(stage.arrived()).toEqual(branches(1, 2, 3, 4));
  });

  test('many lines go in several requests, none too large', async () => {
    await using stage = await staged(2_500);
    await stage.rig.ship();
    expect(stage.arrived()).toHaveLength(2_500);
    expect(new Set(stage.arrived()).size).toBe(2_500);
    const sizes = stage.receiver.delivered.map(({ body }) => body.byteLength);
    expect(sizes.length).toBeGreaterThan(4);
    expect(Math.max(...sizes)).toBeLessThan(2 * 1024 * 1024);
  });

  test('a destination begins where it was first seen; --all goes back to the beginning', async () => {
    await using stage = await staged(3);
    const { rig, home } = stage;
    // What came within the minute before is of its business too.
    const later = 3_600_000;
    expect(await rig.ship({ since: home.now + later })).toMatchObject([{ shipped: 0 }]);
    home.now += later;
    await home.append(closing('release/4'));
    await rig.ship({ since: home.now + later });
    expect(stage.arrived()).toEqual(branches(4));
    await rig.ship({ all: true });
    expect(stage.arrived()).toEqual(branches(4, 1, 2, 3, 4));
  });

  test.each([
    ['throttles', { status: 429, headers: { 'retry-after': '0' } }],
    ['is away for a moment', { status: 503 }],
    ['breaks the connection', 'reset' as const],
  ])('one that %s gets it again', async (_name, behaviour) => {
    await using stage = await staged(2);
    stage.receiver.answer = (_delivery, before) => (before < 2 ? behaviour : { status: 200 });
    expect(await stage.rig.ship()).toMatchObject([{ shipped: 3, failure: null }]);
    expect(stage.receiver.delivered).toHaveLength(3);
    expect(stage.arrived()).toEqual(branches(1, 2));
  });

  test('one that never answers is left for later, and nothing is lost', async () => {
    await using stage = await staged(2, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    stage.receiver.answer = () => 'hang';
    expect(await stage.rig.ship({ patience: 0 })).toMatchObject([
      { shipped: 0, failure: 'no whole answer within 100 ms' },
    ]);
    const [standing] = await stage.rig.standing();
    expect(standing?.lag).toMatchObject({ lines: 3, more: false });
    expect(standing?.progress.failed?.why).toBe('no whole answer within 100 ms');
    stage.receiver.answer = () => ({ status: 200 });
    await stage.rig.ship();
    expect(stage.arrived()).toEqual(branches(1, 2));
    expect((await stage.rig.standing())[0]?.progress.failed).toBeNull();
  });

  test('one that wants peace gets it, but for somebody who asks by hand', async () => {
    await using stage = await staged(1);
    stage.receiver.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    await stage.rig.ship({ patience: 0 });
    stage.receiver.answer = () => ({ status: 200 });
    expect(await stage.rig.ship()).toMatchObject([
      { shipped: 0, failure: expect.stringContaining('429') as string },
    ]);
    expect(stage.receiver.delivered).toHaveLength(1);
    expect(await stage.rig.ship({ byHand: true })).toMatchObject([{ shipped: 2, failure: null }]);
  });

  test.each([400, 413, 422])('a line that is refused with %i keeps no other from leaving', async (status) => {
    await using stage = await staged(20);
    stage.receiver.answer = ({ body }) => ({ status: body.includes('"release/7"') ? status : 200 });
    expect(await stage.rig.ship()).toMatchObject([{ failure: null }]);
    expect(stage.arrived().sort()).toEqual(
      branches(...Array.from({ length: 20 }, (_, at) => at + 1).filter((at) => at !== 7)).sort(),
    );
    expect((await stage.rig.standing())[0]?.progress).toMatchObject({
      skipped: 1,
      note: `it does not take what was sent (${status})`,
    });
    await stage.home.append(closing('release/21'));
    await stage.rig.ship();
    expect(stage.arrived().at(-1)).toBe('release/21');
  });

  test('one that refuses everything loses nothing, and isn’t asked for each line', async () => {
    await using stage = await staged(500);
    stage.receiver.answer = () => ({ status: 400 });
    expect(await stage.rig.ship()).toMatchObject([{ failure: expect.stringContaining('(400)') as string }]);
    expect(stage.receiver.delivered.length).toBeLessThan(30);
    expect((await stage.rig.standing())[0]).toMatchObject({ lag: { lines: 501 }, progress: { skipped: 0 } });
    stage.receiver.answer = () => ({ status: 200 });
    await stage.rig.ship();
    expect(stage.arrived()).toHaveLength(500);
  });

  test.each([
    [401, 'it refuses who we are (401)'],
    [404, 'nobody takes deliveries at this URL (404)'],
    [500, 'it answered 500'],
  ])('%i is about the destination: tried once, and nothing is skipped', async (status, why) => {
    await using stage = await staged(5);
    stage.receiver.answer = () => ({ status });
    expect(await stage.rig.ship()).toMatchObject([{ failure: why }]);
    expect(stage.receiver.delivered).toHaveLength(1);
    expect((await stage.rig.standing())[0]).toMatchObject({ lag: { lines: 6 }, progress: { skipped: 0 } });
  });

  test('a redirect isn’t followed', async () => {
    await using stage = await staged(1);
    await using other = await Receiver.start();
    stage.receiver.answer = () => ({ status: 307, headers: { location: `${other.url}/v1/logs?key=secret` } });
    const [shipped] = await stage.rig.ship();
    expect(shipped?.failure).toBe(`it redirects (307) to ${other.url}; redirects are not followed`);
    expect(other.delivered).toEqual([]);
  });

  test('what it took and dropped by its own word isn’t sent again, and is remembered', async () => {
    await using stage = await staged(3);
    stage.receiver.answer = () => partialSuccess(2, 'too old');
    expect(await stage.rig.ship()).toMatchObject([{ failure: null }]);
    await stage.rig.ship();
    expect(stage.receiver.delivered).toHaveLength(1);
    expect((await stage.rig.standing())[0]?.progress).toMatchObject({ rejected: 2, note: 'too old' });
  });

  test('an endless answer is not read', async () => {
    await using stage = await staged(1);
    stage.receiver.answer = () => ({ status: 200, body: Buffer.alloc(8 * 1024 * 1024) });
    expect(await stage.rig.ship()).toMatchObject([{ failure: null }]);
  });

  test('one that is away keeps another from nothing', async () => {
    await using stage = await staged(2);
    await using other = await Receiver.start();
    stage.receiver.answer = () => 'reset';
    stage.rig.settings = {
      ...stage.rig.settings,
      'global scim-hook.webhook': other.url,
      'global scim-hook.webhookSecret': `whsec_${'A'.repeat(32)}`,
    };
    const shipped = await stage.rig.ship({ patience: 0 });
    expect(shipped.map(({ failure }) => failure === null)).toEqual([false, true]);
    expect(other.delivered).toHaveLength(2);
  });
});

test('one ships at a time', async () => {
  await using stage = await staged(1);
  const { rig, receiver } = stage;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = rig.ship({ told: () => {}, signal: new AbortController().signal });
  receiver.answer = () => {
    release();
    return { status: 503, headers: { 'retry-after': '1' } };
  };
  await held;
  await expect(rig.ship()).rejects.toThrow('busy');
  receiver.answer = () => ({ status: 200 });
  expect(await first).toMatchObject([{ failure: null }]);
});

test('what can’t be remembered stops, so that it isn’t sent again and again', async () => {
  await using stage = await staged(1_500);
  const file = join(stage.home.home, 'ship', 'progress.json');
  // A directory in its place can't be replaced by a file.
  stage.receiver.answer = () => {
    rmSync(file, { force: true });
    mkdirSync(file, { recursive: true });
    return { status: 200 };
  };
  expect(await stage.rig.ship()).toMatchObject([{ failure: 'how far it is could not be written down' }]);
  expect(stage.receiver.delivered).toHaveLength(1);
});
