// What a company writes in an afternoon: scimmy behind Express over two maps, checking no more than scimmy does.
//
// scimmy's resources are one per process, so only one of these can be served in a test file.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import type { ServedPeer } from './better-auth-peer.ts';

type Table<T> = Map<string, T>;

function found<T>(table: Table<T>, id: string): T {
  const stored = table.get(id);
  if (stored === undefined) throw new SCIMMY.Types.Error(404, '', `${id} is not here`);
  return stored;
}

/** As plain data, and under the id it had before or a new one. */
function saved<T>(table: Table<T>, id: string | undefined, instance: T): T {
  if (id !== undefined) found(table, id);
  const own = id ?? randomUUID();
  const stored: T = { ...JSON.parse(JSON.stringify(instance)), id: own };
  table.set(own, stored);
  return stored;
}

interface Asked {
  readonly id?: string | undefined;
  readonly filter?: SCIMMY.Types.Filter | undefined;
}

/** With an id, the one; else those the filter lets through. */
function read<T extends object>(table: Table<T>, { id, filter }: Asked, shown: (stored: T) => T): T | T[] {
  if (id !== undefined) return shown(found(table, id));
  const all = [...table.values()].map(shown);
  return filter === undefined ? all : (filter.match(all) as T[]);
}

type User = SCIMMY.Schemas.User;
type Group = SCIMMY.Schemas.Group;

function declare(users: Table<User>, groups: Table<Group>): void {
  const withGroups = (user: User): User => ({
    ...user,
    groups: [...groups.values()]
      .filter(({ members = [] }) => members.some(({ value }) => value === user.id))
      .map(({ id = '', displayName }) => ({ value: id, display: displayName, type: 'direct' })),
  });
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .ingress((asked, instance: User) => withGroups(saved(users, asked.id, instance)))
    .egress((asked) => read(users, asked, withGroups))
    .degress(({ id = '' }) => void users.delete(id));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress((asked, instance: Group) => saved(groups, asked.id, instance))
    .egress((asked) => read(groups, asked, (group) => group))
    .degress(({ id = '' }) => void groups.delete(id));
}

export async function serveScimmy(token: string): Promise<ServedPeer> {
  declare(new Map(), new Map());
  const app = express();
  app.use(
    '/scim',
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => {
        if (request.get('authorization') !== `Bearer ${token}`) throw new Error('Who are you?');
        return '';
      },
    }),
  );
  const server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
