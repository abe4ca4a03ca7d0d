// Makes a scimmy resource type of a kind: what GET, POST, PUT, PATCH and DELETE do.
import { randomUUID } from 'node:crypto';
import SCIMMY from 'scimmy';
import { type Exchange, exchangeOf } from './exchange.ts';
import { readFilter } from './filter.ts';
import type { Kind, ScimResource } from './kind.ts';
import { matches, type Rules } from './match.ts';
import { pageOf, readPage } from './page.ts';
import { readPatch } from './patch.ts';
import { isObject, type JsonObject } from './records.ts';
import { refusalError, scimError } from './scim-error.ts';

const texts = ['attributes', 'excludedAttributes', 'sortBy', 'sortOrder'] as const;

function readTexts(asked: { readonly [name: string]: unknown }): {
  [name in (typeof texts)[number]]?: string;
} {
  const read: { [name in (typeof texts)[number]]?: string } = {};
  for (const name of texts) {
    const value = asked[name];
    if (value !== undefined && typeof value !== 'string') {
      throw scimError(400, `${name} is there more than once`, 'invalidValue');
    }
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function readFilterOf({ filter }: { readonly [name: string]: unknown }) {
  if (filter === undefined) return undefined;
  if (typeof filter === 'string') return readFilter(filter);
  throw scimError(400, 'filter is there more than once', 'invalidFilter');
}

const rulesOf =
  ({ definition }: Kind['Schema']): Rules =>
  (path) => {
    try {
      const { config, type } = definition.attribute(path.join('.'));
      return { caseExact: config.caseExact === true, isDate: type === 'dateTime' };
    } catch {
      return { caseExact: false, isDate: false };
    }
  };

export function resourceType(kind: Kind) {
  // Set by the routers before each request; right for this request because requests take turns (turn.ts).
  let base = '';
  const full = (resource: ScimResource) => new kind.Schema(resource, 'out', base);
  const rules = rulesOf(kind.Schema);

  return class extends SCIMMY.Types.Resource {
    static override readonly endpoint = kind.endpoint;
    static override readonly schema = kind.Schema;
    static override readonly basepath = (path?: string): string => {
      if (path !== undefined) base = `${path}${kind.endpoint}`;
      return base;
    };

    readonly #filter;
    readonly #page;

    /** The routers say (id, query) or (query); filter and paging are kept from scimmy, see filter.ts and page.ts. */
    constructor(idOrQuery?: unknown, query?: unknown) {
      const id = typeof idOrQuery === 'string' ? idOrQuery : undefined;
      const said = id === undefined ? idOrQuery : query;
      const asked = isObject(said) ? said : {};
      super(undefined, readTexts(asked));
      if (id !== undefined) this.id = id;
      this.#filter = id === undefined ? readFilterOf(asked) : undefined;
      this.#page = readPage(asked);
    }

    override async read(context?: unknown) {
      const exchange = exchangeOf(context);
      if (this.id !== undefined) {
        const found = this.#found(exchange);
        exchange.tell('ETag', found.meta.version);
        return this.#shown(found);
      }
      const filter = this.#filter;
      const all = kind.all(exchange.contents());
      const found = filter === undefined ? all : all.filter((one) => matches(one, filter, rules));
      const page = pageOf(found.map(full), this.constraints ?? {}, this.#page);
      // What isn't shown can still be sorted by, so it is left out last.
      page.Resources = page.Resources.map((one) => this.#shown(one));
      return page;
    }

    override async write(instance: unknown, context?: unknown) {
      return this.#shown(this.#saved(instance, exchangeOf(context)));
    }

    override async patch(message: unknown, context?: unknown) {
      const exchange = exchangeOf(context);
      const patch = readPatch(message, kind.Schema.id);
      const before = this.#found(exchange);
      exchange.tell('ETag', before.meta.version);
      // The whole resource, whatever `attributes` says: scimmy would take what isn't shown for missing.
      const changed = await patch.apply<SCIMMY.Types.Schema>(full(before), async (wanted) =>
        full(this.#saved(wanted, exchange)),
      );
      // RFC 7644 3.5.2: 204 is no answer to somebody who asked for attributes.
      if (changed === undefined && this.attributes === undefined) return undefined;
      return this.#shown(this.#found(exchange));
    }

    override async dispose(context?: unknown) {
      const exchange = exchangeOf(context);
      const { id, meta } = this.#found(exchange);
      exchange.demand(meta.version);
      exchange.commit(kind.remove(exchange.contents(), id, new Date().toISOString()));
    }

    #found(exchange: Exchange): ScimResource {
      const found = kind.find(exchange.contents(), this.id ?? '');
      if (found === undefined) throw scimError(404, `There is no ${kind.name} with the id "${this.id}"`);
      return found;
    }

    #saved(instance: unknown, exchange: Exchange): ScimResource {
      const wanted = coerced(kind, instance);
      if (this.id !== undefined) exchange.demand(this.#found(exchange).meta.version);
      const id = this.id ?? randomUUID();
      const next = kind.save(exchange.contents(), id, wanted, new Date().toISOString());
      if (!next.ok) throw refusalError(next.failure);
      exchange.commit(next.value);
      const saved = kind.find(exchange.contents(), id);
      if (saved === undefined) throw new TypeError(`${kind.name} ${id} was saved and is gone`);
      exchange.tell('ETag', saved.meta.version);
      if (this.id === undefined) exchange.tell('Location', `${base}/${id}`);
      return saved;
    }

    #shown(resource: ScimResource | SCIMMY.Types.Schema): SCIMMY.Types.Schema {
      return new kind.Schema(resource, 'out', base, this.attributes);
    }
  };
}

/** Checked against the schema, without what only the server says, and as plain data. */
function coerced(kind: Kind, instance: unknown): JsonObject {
  if (!isObject(instance)) throw scimError(400, `A ${kind.name} is a JSON object`, 'invalidSyntax');
  try {
    const { id, meta, schemas, groups, ...wanted } = JSON.parse(
      JSON.stringify(new kind.Schema(instance, 'in')),
    );
    return wanted;
  } catch (error) {
    if (error instanceof SCIMMY.Types.Error) throw error;
    throw scimError(400, error instanceof Error ? error.message : String(error), 'invalidValue');
  }
}
