// One request's view of its directory: the store, the condition the client set, and the headers of the answer.
import type { Request } from 'express';
import type { Contents } from './records.ts';
import { scimError } from './scim-error.ts';
import type { Store } from './store.ts';

type Header = 'ETag' | 'Location';

/**
 * scimmy's registry of resource types is one per process, so the types themselves hold nothing: each request brings
 * its directory along, and several directories can run side by side.
 */
export class Exchange {
  readonly #store: Store;
  readonly #ifMatch: string | undefined;
  readonly #tell: (header: Header, value: string) => void;

  constructor(store: Store, request: Request) {
    this.#store = store;
    this.#ifMatch = request.get('if-match');
    this.#tell = (header, value) => void request.res?.set(header, value);
  }

  contents(): Contents {
    return this.#store.contents();
  }

  commit(next: Contents): void {
    const done = this.#store.commit(next);
    if (!done.ok) throw scimError(500, 'The change could not be written to the file; nothing was changed');
  }

  tell(header: Header, value: string): void {
    this.#tell(header, value);
  }

  /** RFC 7644 3.14 puts weak tags into If-Match, so they are compared weakly, unlike RFC 9110 13.1.1. */
  demand(version: string): void {
    if (this.#ifMatch === undefined || this.#ifMatch.trim() === '*') return;
    const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
    if (!this.#ifMatch.split(',').some((tag) => weak(tag) === weak(version))) {
      throw scimError(412, `It was changed by somebody else: the version is now ${version}`);
    }
  }
}

export function exchangeOf(context: unknown): Exchange {
  if (context instanceof Exchange) return context;
  throw new TypeError('a request without its directory');
}
