// Two SCIM libraries of other people, as judges of our messages: each checks one, and does what it says to a resource.
import { patchBodyValidation, type ScimPatch, type ScimResource, scimPatch } from 'scim-patch';
import SCIMMY from 'scimmy';

// An empty list of canonical types, by which scimmy refuses every role that has one; RFC 7643 4.1.2 declares none.
SCIMMY.Schemas.User.definition.attribute('roles.type').config.canonicalValues = false;

export interface Value {
  readonly value: string;
  readonly type?: string;
  readonly display?: string;
  readonly primary?: boolean;
}

export interface Group {
  readonly displayName: string;
  readonly externalId?: string;
  readonly members: readonly Value[];
}

export interface User {
  readonly userName: string;
  readonly roles: readonly Value[];
  readonly entitlements: readonly Value[];
}

export type Resource = Group | User;

export interface Judge {
  readonly name: string;
  /** Legal texts that it misreads where they stand in a path, given one after the other. */
  readonly misreads: (text: string) => boolean;
  /** Throws if the message isn't valid. */
  readonly patched: (before: Resource, message: object) => Promise<unknown>;
}

const isGroup = (resource: Resource): resource is Group => 'members' in resource;

const written = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The ends of a line for regular expressions, which JSON writes as they are: `.` doesn't match them. */
const hasLineEnd = (text: string): boolean => text.includes('\u2028') || text.includes('\u2029');

const scimPatchJudge: Judge = {
  name: 'scim-patch',
  misreads: (text) =>
    // It knows the escape \" alone, and doubles the backslash of all others.
    written(text).replaceAll('\\"', '').includes('\\') ||
    // What stands before the last colon it takes for the name of a schema, even within quotes.
    text.includes(':') ||
    // The last bracket that opens is the one it takes for the filter's, even within quotes.
    text.includes('[') ||
    // It parts a path at a dot that a closing bracket follows, even within quotes.
    /\..*\]/su.test(text) ||
    hasLineEnd(text),
  patched: async (before, message) => {
    const schema = isGroup(before) ? 'Group' : 'User';
    const resource: ScimResource & Resource = {
      ...structuredClone(before),
      schemas: [`urn:ietf:params:scim:schemas:core:2.0:${schema}`],
      meta: { created: new Date(0), lastModified: new Date(0) },
    };
    const patch = message as ScimPatch;
    patchBodyValidation(patch);
    const { schemas, meta, ...after } = scimPatch(resource, structuredClone(patch.Operations));
    return after;
  },
};

const scimmyJudge: Judge = {
  name: 'scimmy',
  misreads: (text) =>
    // It knows no escapes.
    written(text).includes('\\') ||
    // It parts a path at a dot that an opening bracket follows, even within quotes.
    /\..*\[/su.test(text) ||
    hasLineEnd(text),
  patched: async (before, message) => {
    const resource = isGroup(before)
      ? new SCIMMY.Schemas.Group(structuredClone(before))
      : new SCIMMY.Schemas.User(structuredClone(before));
    const patch = new SCIMMY.Messages.PatchOp(
      structuredClone(message) as ConstructorParameters<typeof SCIMMY.Messages.PatchOp>[0],
    );
    // Nothing comes back where nothing changed.
    return plain((await patch.apply<SCIMMY.Types.Schema>(resource)) ?? resource);
  },
};

export const judges: readonly Judge[] = [scimPatchJudge, scimmyJudge];

/** A whole group, as scimmy's schema reads the body of a POST. */
export const groupOf = (message: object): unknown => {
  const { schemas } = message as { readonly schemas?: unknown };
  if (JSON.stringify(schemas) !== JSON.stringify([SCIMMY.Schemas.Group.definition.id])) {
    throw new Error('a group has the schema of a group');
  }
  return plain(new SCIMMY.Schemas.Group(message, 'in'));
};

function plain(resource: object): unknown {
  const { schemas, meta, ...attributes } = JSON.parse(JSON.stringify(resource));
  return attributes;
}
