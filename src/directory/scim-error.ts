// The errors of RFC 7644 3.12; thrown, because that is how scimmy and its routers pass them on.
import SCIMMY from 'scimmy';
import { type Refusal, refusalText } from './failure.ts';

type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'uniqueness';

export const scimError = (status: number, detail: string, scimType: ScimType | '' = ''): Error =>
  new SCIMMY.Types.Error(status, scimType, detail);

export function refusalError(refusal: Refusal): Error {
  switch (refusal.code) {
    case 'taken':
      return scimError(409, refusalText(refusal), 'uniqueness');
    case 'empty':
    case 'unknown-member':
      return scimError(400, refusalText(refusal), 'invalidValue');
  }
}

/** For answers that are not scimmy's to give; it knows only some of the statuses. */
export const errorBody = (status: number, detail: string): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  detail,
});
