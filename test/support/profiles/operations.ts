// What the profiles ask about a request: where it goes, and what a PATCH would change.
import { type MemberChange, memberChangeOf } from '../fake-membership.ts';
import { isAnswer, isJson, type Json } from '../fake-resource.ts';
import type { Answer, Question } from '../fake-scim.ts';

/** Below `/Users` or `/Groups`; `isOne` where it is about a single resource. */
export function targetOf({ pathname }: Question): { list: string; isOne: boolean } {
  const [, list = '', id] = pathname.split('/');
  return { list, isOne: id !== undefined };
}

export function operationsOf({ body }: Question): readonly unknown[] {
  const operations = isJson(body) ? body['Operations'] : [];
  return Array.isArray(operations) ? operations : [];
}

/** Of a PATCH of a group; what isn't understood is left to the server. */
export const memberChangesOf = (question: Question): readonly MemberChange[] =>
  operationsOf(question)
    .map(memberChangeOf)
    .filter((change): change is MemberChange => !isAnswer(change));

/** Whether a PATCH or POST of a user has to do with this attribute. */
export const touches = (question: Question, attribute: string): boolean =>
  targetOf(question).list === 'Users' &&
  operationsOf(question).some((operation) => {
    if (!isJson(operation)) return false;
    const { path, value } = operation;
    return path === undefined ? isJson(value) && attribute in value : String(path).startsWith(attribute);
  });

export const succeeded = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Each resource of a page, or the only one. */
export function mapped(body: Json, change: (resource: Json) => Json): Json {
  const key = 'resources' in body ? 'resources' : 'Resources';
  const resources = body[key];
  if (!Array.isArray(resources)) return change(body);
  return { ...body, [key]: resources.filter(isJson).map(change) };
}

/** What a server that has no such attribute shows of resources. */
export function without(attribute: string, answer: Answer): Answer {
  if (answer.body === undefined) return answer;
  return { ...answer, body: mapped(answer.body, ({ [attribute]: _, ...resource }) => resource) };
}
