// The directory as an Express application: who may ask, what is read, and how scimmy's routers answer.
import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { Exchange } from './exchange.ts';
import { groupKind } from './group.ts';
import { longestPage } from './page.ts';
import { isObject } from './records.ts';
import { resourceType } from './resource-type.ts';
import { errorBody } from './scim-error.ts';
import type { Store } from './store.ts';
import { takeTurns } from './turn.ts';
import { userKind } from './user.ts';

export const basePath = '/scim/v2';

export type OnRequest = (request: { method: string; url: string; status: number }) => void;

for (const kind of [userKind, groupKind]) SCIMMY.Resources.declare(resourceType(kind), kind.name);

const answerError = (status: number, detail: string): RequestHandler => {
  return (_request, response) => {
    response.status(status).type('application/scim+json').send(errorBody(status, detail));
  };
};

function authenticate(token: string): RequestHandler {
  // Digests are of one length, which timingSafeEqual needs and which hides the length of the token.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(token);
  const refuse = answerError(401, 'A bearer token is needed, and it has to be the right one');
  return (request, response, next) => {
    const given = /^bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    response.set('WWW-Authenticate', 'Bearer');
    return refuse(request, response, next);
  };
}

/** The last word: Express itself would answer in HTML and print to stderr. */
const answerFault: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return;
  const status = isObject(error) && typeof error['status'] === 'number' ? error['status'] : 500;
  const detail = error instanceof Error && status < 500 ? error.message : 'The directory has a fault';
  answerError(status, detail)(request, response, next);
};

function routers(store: Store): SCIMMYRouters {
  // Each set of routers adds its scheme to a list that is one per process.
  SCIMMY.Config.set({ authenticationSchemes: [] });
  const made = new SCIMMYRouters({
    type: 'bearer',
    // Who comes this far has shown the token.
    handler: () => '',
    context: (request) => new Exchange(store, request),
    baseUri: (request) => `http://127.0.0.1:${request.socket.localPort}`,
  });
  SCIMMY.Config.set({ bulk: false, etag: true, filter: longestPage });
  return made;
}

export function directoryApp(store: Store, token: string, onRequest: OnRequest | undefined): Express {
  const app = express();
  app.disable('x-powered-by');
  // An ETag of the body's bytes would be taken for the version of a resource.
  app.set('etag', false);
  app.use((request, response, next) => {
    const { method, originalUrl: url } = request;
    response.once('finish', () => onRequest?.({ method, url, status: response.statusCode }));
    next();
  });
  app.use(authenticate(token));
  // The whole body first, so that a slow client doesn't keep the others from their turn.
  app.use(express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' }));
  app.use(takeTurns);
  app.post(`${basePath}/.search`, answerError(501, 'A search over all resource types is not offered'));
  app.use(basePath, routers(store));
  app.use(answerError(404, `The directory is at ${basePath}`));
  app.use(answerFault);
  return app;
}
