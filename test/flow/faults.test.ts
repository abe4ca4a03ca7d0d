// What goes wrong on the wire, once at a read and once at a write, on the way to a branch and on the way back.
import { expect, test } from 'vitest';
import type { Misbehaviour, When } from '../support/fake-directory.ts';
import type { Fault } from '../support/fake-fault.ts';
import { Machine } from '../support/machine.ts';
import { PLAIN } from './lies.ts';
import { companyRules, openCompany } from './scene.ts';
import { story } from './story.ts';

/** Milliseconds for one request: what is slower isn't waited for. */
const TIMEOUT = 500;
const TOO_SLOW = TIMEOUT * 3;

interface Row {
  readonly whats: readonly Misbehaviour[];
  /** How the switches there and back are closed, each having met it once at a read, or at a write. */
  readonly read: readonly [string, string];
  readonly write: readonly [string, string];
}

/** Tried again within the wake-up. */
const PASSES: Pick<Row, 'read' | 'write'> = { read: ['applied', 'applied'], write: ['applied', 'applied'] };
/** Who doesn't answer in time isn't asked again at once; a write is, after a look at whether it arrived. */
const IS_SLOW: Pick<Row, 'read' | 'write'> = { ...PASSES, read: ['applied', 'owed unreachable'] };
/** Nobody expects it to be better at once: the next wake-up tries again. */
const FAILS: Pick<Row, 'read' | 'write'> = { read: ['failed', 'owed'], write: ['failed', 'owed'] };

const FAULTS: Readonly<Record<Fault['how'] | 'throttle', readonly Row[]>> = {
  answer: [
    { whats: [{ how: 'answer', status: 500, body: '<h1>Oh no</h1>' }], ...FAILS },
    { whats: [502, 503].map((status) => ({ how: 'answer', status })), ...PASSES },
  ],
  reset: [{ whats: [{ how: 'reset' }], ...PASSES }],
  'lose-answer': [{ whats: [{ how: 'lose-answer' }], ...PASSES }],
  hang: [{ whats: [{ how: 'hang' }], ...IS_SLOW }],
  drip: [{ whats: [{ how: 'drip' }], ...IS_SLOW }],
  flood: [{ whats: [{ how: 'flood' }], ...FAILS }],
  cut: [{ whats: [{ how: 'cut' }], ...PASSES }],
  'slow-first-byte': [
    { whats: [{ how: 'slow-first-byte', ms: 5 }], ...PASSES },
    { whats: [{ how: 'slow-first-byte', ms: TOO_SLOW }], ...IS_SLOW },
  ],
  'slow-body': [
    { whats: [{ how: 'slow-body', ms: 5 }], ...PASSES },
    { whats: [{ how: 'slow-body', ms: TOO_SLOW }], ...IS_SLOW },
  ],
  'lost-update': [{ whats: [{ how: 'lost-update', ms: 5 }], ...PASSES }],
  html: [{ whats: [{ how: 'html' }], ...FAILS }],
  'wrong-length': [
    { whats: [{ how: 'wrong-length', by: 5 }], ...IS_SLOW },
    // Cut short, it is no JSON; a write is looked at once more, and was done.
    { whats: [{ how: 'wrong-length', by: -5 }], ...PASSES, read: FAILS.read },
  ],
  redirect: [{ whats: [{ how: 'redirect', to: 'http://127.0.0.1:9/elsewhere' }], ...FAILS }],
  throttle: [{ whats: [{ how: 'throttle' }, { how: 'throttle', retryAfter: 7 }], ...PASSES }],
};

const WHENS = [
  ['read', { times: 1, method: 'GET' }],
  ['write', { times: 1, method: 'PATCH' }],
] as const satisfies readonly (readonly [string, When])[];

const rows = Object.values(FAULTS)
  .flat()
  .flatMap((row) =>
    row.whats.flatMap((what) =>
      WHENS.map(
        ([where, when]) => [`${JSON.stringify(what)} at a ${where}`, what, when, row[where]] as const,
      ),
    ),
  );

test.each(rows)('%s', async (_, what, when, closed) => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules({ timeout: TIMEOUT }));
  const watch = fake.watch();
  const told = await story(fake, machine, { before: () => fake.misbehave(what, when) });
  expect(fake.harm(watch, 'alice')).toEqual([]);
  expect(told).toEqual({ ...PLAIN, closed });
});

test('whoever has no token hears of it, is granted nothing, and owes what was granted before', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules());
  const tokens = [...fake.tokens];
  const told = await story(fake, machine, {
    before: (_fake, branch) => {
      if (branch === 'main') fake.tokens.clear();
    },
    onMain: () => {
      for (const token of tokens) fake.tokens.add(token);
    },
  });
  expect(told).toEqual({ ...PLAIN, closed: ['applied', 'owed denied'] });
});
