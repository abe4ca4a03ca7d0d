// What a webhook gets: CloudEvents as the SDK reads them, CDEvents by the shape of their schema, signed as Standard Webhooks has it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { AuditFields } from '../../src/core/audit-record.ts';
import { closing, LogHome } from '../support/log-lines.ts';
import { Receiver } from '../support/receiver.ts';
import { SECRET, ShipRig } from '../support/ship-rig.ts';

/** The required part of CDEvents 0.5's schema for custom events, and its patterns. */
const CUSTOM = {
  type: 'object',
  required: ['context', 'subject'],
  additionalProperties: false,
  properties: {
    context: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'timestamp'],
      additionalProperties: false,
      properties: {
        specversion: { type: 'string', minLength: 1 },
        id: { type: 'string', minLength: 1 },
        source: { type: 'string', minLength: 1 },
        type: {
          type: 'string',
          pattern: '^dev\\.cdeventsx\\.[a-zA-Z0-9]+-[a-zA-Z]+\\.[a-zA-Z]+\\.[0-9]\\.[0-9]\\.[0-9]$',
        },
        timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
      },
    },
    subject: {
      type: 'object',
      required: ['id', 'content'],
      additionalProperties: false,
      properties: {
        id: { type: 'string', minLength: 1 },
        source: { type: 'string', minLength: 1 },
        content: { type: 'object' },
      },
    },
  },
};

const switched = (
  branch: string,
  from: string,
  fromRules: readonly string[],
  rules = ['release'],
): AuditFields => ({
  ...closing(branch),
  kind: 'switch',
  event: 'e',
  from,
  rules,
  fromRules,
});

interface Staged extends AsyncDisposable {
  readonly home: LogHome;
  readonly receiver: Receiver;
  readonly rig: ShipRig;
  /** What was taken, as the CloudEvents SDK reads it. */
  events(): {
    readonly type: string;
    readonly id: string;
    readonly data: Data;
    readonly [key: string]: unknown;
  }[];
}
interface Data {
  readonly context: object;
  readonly subject: { readonly content: Readonly<Record<string, unknown>> };
}

async function staged(
  settings: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<Staged> {
  const home = new LogHome();
  const receiver = await Receiver.start();
  const set = {
    'global scim-hook.webhook': `${receiver.url}/hook?k=1`,
    'global scim-hook.webhookSecret': SECRET,
    ...settings,
  };
  return {
    home,
    receiver,
    rig: new ShipRig(home, set, env),
    events: () =>
      receiver.delivered
        .filter(({ status }) => status === 200)
        .map(({ headers, body }) => HTTP.toEvent({ headers, body: body.toString('utf8') }) as never),
    [Symbol.asyncDispose]: async () => {
      await receiver[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

test('each switch and what came of it is an event of its own, in order, and signed', async () => {
  await using stage = await staged();
  await stage.home.append(
    switched('release/1', 'release/2', ['release']),
    { ...closing('release/1'), kind: 'intent' },
    { ...closing('release/1'), kind: 'change' },
    closing('release/1'),
  );
  expect(await stage.rig.ship()).toMatchObject([{ shipped: 2, failure: null }]);
  const events = stage.events();
  const ajv = new Ajv();
  for (const event of events) {
    expect((event as unknown as { validate(): boolean }).validate()).toBe(true);
    expect(ajv.validate(CUSTOM, event.data), ajv.errorsText()).toBe(true);
    // The binding says that these are the same.
    const { context } = event.data as { context: Record<string, unknown> };
    expect({ id: context['id'], source: context['source'], type: context['type'] }).toEqual({
      id: event.id,
      source: event['source'],
      type: event.type,
    });
  }
  expect(events.map(({ type }) => type)).toEqual([
    'dev.cdeventsx.scimhook-checkout.switched.0.1.0',
    'dev.cdeventsx.scimhook-checkout.completed.0.1.0',
  ]);
  expect(events[0]?.data.subject.content).toMatchObject({
    event: 'e',
    user: { id: 'alice@acme.example' },
    ref: { name: 'release/1' },
    previous: { name: 'release/2' },
  });
  expect(events[1]).toMatchObject({
    sequence: '0000000000000005',
    authid: 'alice@acme.example',
    data: { subject: { content: { outcome: 'applied' } } },
  });
  expect(stage.receiver.delivered.map(({ path }) => path)).toEqual(['/hook?k=1', '/hook?k=1']);
  for (const { headers, body } of stage.receiver.delivered) {
    const judge = new Webhook(SECRET);
    const signed = headers as Record<string, string>;
    expect(judge.verify(body.toString('utf8'), signed)).toMatchObject({ specversion: '1.0' });
    expect(() => judge.verify(`${body.toString('utf8')} `, signed)).toThrow();
    expect(() => new Webhook(`whsec_${'B'.repeat(43)}=`).verify(body.toString('utf8'), signed)).toThrow();
  }
});

test('a try that failed is repeated under the same id', async () => {
  await using stage = await staged();
  await stage.home.append(closing('release/1'), closing('release/2'));
  stage.receiver.answer = (_delivery, before) => (before < 2 ? { status: 503 } : { status: 200 });
  await stage.rig.ship();
  const ids = stage.receiver.delivered.map(({ headers }) => headers['webhook-id']);
  expect(ids.slice(0, 3)).toEqual([ids[0], ids[0], ids[0]]);
  expect(new Set(ids).size).toBe(2);
});

test('the name of a branch that no rule matches stays here', async () => {
  await using stage = await staged();
  await stage.home.append(
    switched('release/1', 'private/in', []),
    switched('private/out', 'release/1', ['release'], []),
    switched('private/a', 'private/b', [], []),
    closing('private/out', { rules: [] }),
  );
  await stage.rig.ship();
  expect(
    stage.events().map(({ data }) => [data.subject.content['ref'], data.subject.content['previous']]),
  ).toEqual([
    [{ name: 'release/1', type: 'branch' }, undefined],
    [undefined, { name: 'release/1', type: 'branch' }],
  ]);
  expect(stage.receiver.delivered.map(({ body }) => body.toString('utf8')).join()).not.toContain('private');
});

test('without a secret nothing is sent, and it says so', async () => {
  await using stage = await staged({ 'global scim-hook.webhookSecret': '' });
  await stage.home.append(closing('release/1'));
  expect(await stage.rig.ship()).toMatchObject([{ failure: 'there is no secret to sign with' }]);
  expect(stage.receiver.delivered).toEqual([]);
  stage.rig.env = { SCIM_HOOK_WEBHOOK_SECRET: 'hunter2' };
  const [refused] = await stage.rig.ship();
  expect(refused?.failure).toBe("the webhook secret can't be used: it is not of the form whsec_ and base64");
  stage.rig.env = { SCIM_HOOK_WEBHOOK_SECRET: SECRET };
  expect(await stage.rig.ship()).toMatchObject([{ shipped: 1, failure: null }]);
});

test('git’s credential helper may keep the secret, for the webhook’s URL', async () => {
  await using stage = await staged({ 'global scim-hook.webhookSecret': '' });
  const config = `[credential "${stage.receiver.url}"]\n\thelper = "!f() { echo username=hook; echo password=${SECRET}; }; f"\n`;
  writeFileSync(join(stage.home.home, '.gitconfig'), config);
  await stage.home.append(closing('release/1'));
  expect(await stage.rig.ship()).toMatchObject([{ shipped: 1, failure: null }]);
});

test('a local webhook hears of its own repository only; the same URL is asked once', async () => {
  await using stage = await staged();
  const { url } = stage.receiver;
  stage.rig.settings = {
    'global scim-hook.webhookSecret': SECRET,
    'global scim-hook.webhook': [`${url}/all`, `${url}/all`],
    'local scim-hook.webhook': [`${url}/own`, `${url}/all`],
  };
  await stage.home.append(closing('release/1'), closing('release/2', { repo: 'github.com/acme/other' }));
  await stage.rig.ship();
  const paths = stage.receiver.delivered.map(({ path }) => path).sort();
  expect(paths).toEqual(['/all', '/all', '/own']);
});
