// Brings a PATCH body into the one form scimmy gets right, and refuses what nobody may change.
import SCIMMY from 'scimmy';
import { readFilter } from './filter.ts';
import { isObject } from './records.ts';
import { scimError } from './scim-error.ts';

type Operation = SCIMMY.Messages.PatchOp.PatchOpOperation;

const verbs = ['add', 'remove', 'replace'] as const;

const readOnly = ['id', 'meta', 'schemas', 'groups'];

export function readPatch(message: unknown, schema: string): SCIMMY.Messages.PatchOp {
  if (!isObject(message)) throw scimError(400, 'A PATCH needs a JSON object', 'invalidSyntax');
  const { schemas, Operations: operations } = message;
  const { id } = SCIMMY.Messages.PatchOp;
  if (!Array.isArray(schemas) || !schemas.includes(id)) {
    throw scimError(400, `The schemas of a PATCH are ["${id}"]`, 'invalidSyntax');
  }
  if (!Array.isArray(operations) || operations.length === 0) {
    throw scimError(400, 'A PATCH needs at least one operation', 'invalidSyntax');
  }
  return new SCIMMY.Messages.PatchOp({
    schemas: [id],
    Operations: operations.flatMap((operation: unknown) => readOperation(operation, schema)),
  });
}

function readOperation(operation: unknown, schema: string): readonly Operation[] {
  if (!isObject(operation)) throw scimError(400, 'An operation is a JSON object', 'invalidSyntax');
  const { op, path, value } = operation;
  const verb = verbs.find((known) => typeof op === 'string' && known === op.toLowerCase());
  if (verb === undefined) throw scimError(400, 'op is add, remove or replace', 'invalidSyntax');
  if (path !== undefined && typeof path !== 'string') {
    throw scimError(400, 'path is not a text', 'invalidPath');
  }
  if (verb === 'remove') {
    if (path === undefined) throw scimError(400, 'remove needs a path', 'noTarget');
    const target = targetOf(path, schema);
    return [value === undefined ? { op: verb, path: target } : { op: verb, path: target, value }];
  }
  if (value === undefined) throw scimError(400, `${verb} needs a value`, 'invalidValue');
  if (path !== undefined) return [{ op: verb, path: targetOf(path, schema), value }];
  if (!isObject(value)) throw scimError(400, 'value is an object where there is no path', 'invalidValue');
  // Without a path scimmy adds to a list where RFC 7644 3.5.2.3 says replace.
  return Object.entries(value)
    .filter(([name]) => name !== 'schemas')
    .map(([name, one]) => ({ op: verb, path: targetOf(name, schema), value: one }));
}

/** The attribute's plain name: scimmy accepts the full name with its schema, and then can't write there. */
function targetOf(path: string, schema: string): string {
  const prefix = `${schema}:`.toLowerCase();
  const target = path.toLowerCase().startsWith(prefix) ? path.slice(prefix.length) : path;
  const [name = ''] = target.split(/[.[]/, 1);
  if (readOnly.includes(name.toLowerCase())) {
    throw scimError(400, `${name} can't be changed by a client`, 'mutability');
  }
  checkFilter(/\[(.*)\]/s.exec(target)?.[1]);
  return target;
}

/** scimmy takes a filter it can't read for one that matches nothing, and a removal would lie. */
function checkFilter(filter: string | undefined): void {
  if (filter === undefined) return;
  readFilter(filter);
  if (filter.includes('\\')) throw scimError(400, 'A path with an escape is not supported', 'invalidFilter');
}
