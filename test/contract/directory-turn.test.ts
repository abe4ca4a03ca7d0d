// Requests take turns, whatever the handler waits for, and whoever hangs up in between.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { expect, test } from 'vitest';
import { takeTurns } from '../../src/directory/turn.ts';

/** A server whose answers take as long as the test says. */
async function slow() {
  const seen = { running: 0, most: 0, handled: 0 };
  const { promise, resolve } = withResolver();
  const app = express();
  app.use(takeTurns);
  app.get('/', async (_request, response) => {
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    await promise;
    await pause(5);
    seen.running -= 1;
    seen.handled += 1;
    response.send('done');
  });
  const server = createServer(app);
  const arrived = { count: 0 };
  server.on('request', () => {
    arrived.count += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = async (): Promise<void> => void server.close().closeAllConnections();
  const url = `http://127.0.0.1:${address.port}`;
  return { seen, arrived, goOn: resolve, url, [Symbol.asyncDispose]: close };
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test('ten at once are handled one after the other', async () => {
  await using server = await slow();
  const asked = Promise.all(Array.from({ length: 10 }, () => fetch(server.url)));
  await expect.poll(() => server.arrived.count).toBe(10);
  server.goOn();
  await asked;
  expect(server.seen).toEqual({ running: 0, most: 1, handled: 10 });
});

test('whoever hangs up while waiting is left out, and lets nobody pass', async () => {
  await using server = await slow();
  const gone = new AbortController();
  const patient = () => fetch(server.url).then((response) => response.text());
  const first = patient();
  await expect.poll(() => server.seen.running).toBe(1);
  const impatient = [1, 2, 3].map(() => fetch(server.url, { signal: gone.signal }).catch(() => 'gone'));
  await expect.poll(() => server.arrived.count).toBe(4);
  const later = [patient(), patient()];
  await expect.poll(() => server.arrived.count).toBe(6);
  gone.abort();
  await Promise.all(impatient);
  // Time for the server to notice.
  await pause(50);
  server.goOn();
  await Promise.all([first, ...later]);
  expect(server.seen).toEqual({ running: 0, most: 1, handled: 3 });
});

test('whoever hangs up while being served gives up the turn', async () => {
  await using server = await slow();
  const gone = new AbortController();
  const first = fetch(server.url, { signal: gone.signal }).catch(() => 'gone');
  await expect.poll(() => server.seen.running).toBe(1);
  gone.abort();
  await first;
  const next = fetch(server.url);
  await expect.poll(() => server.arrived.count).toBe(2);
  server.goOn();
  expect((await next).status).toBe(200);
});
