// Lets requests through one at a time, over all directories of this process.
//
// Two PATCHes of one group that overlap lose members in scimmy (scimmyjs/scimmy#79), and its resource types hold the
// base of every `meta.location` in a static field. With a store that never waits nothing overlaps anyway; this keeps
// it so whatever scimmy comes to wait for. Loopback has no hurry.
import type { RequestHandler } from 'express';

let last: Promise<void> = Promise.resolve();

export const takeTurns: RequestHandler = (_request, response, next) => {
  last = last.then(
    () =>
      new Promise<void>((done) => {
        // Whoever hung up while waiting would never say that it is over.
        if (response.destroyed || response.closed) return done();
        response.once('finish', done);
        response.once('close', done);
        next();
      }),
  );
};
