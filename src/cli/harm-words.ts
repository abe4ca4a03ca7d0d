// What a directory did to others, or can't be trusted with, in words.
import type { DirectoryHarm } from '../core/failure.ts';
import type { Words } from './words.ts';

const LEFT = {
  nothing: 'it was deleted again',
  group: 'it was left there, without you in it',
  membership: 'it may be there still, with you in it until that is given back',
} as const;

export function harmWords(failure: DirectoryHarm): Words {
  const { endpoint } = failure;
  switch (failure.code) {
    case 'harmed':
      return {
        message: `The directory ${endpoint} changed ${failure.what} that it wasn't asked to change (${failure.names.join(', ')}); ${failure.restored ? 'they were put back' : 'they could NOT be put back'}.`,
        remedy: failure.restored
          ? 'Tell whoever runs the directory. Nothing more is written there in that way; a setting of "profile" under "scim" in the rules may name one that works.'
          : 'Have whoever runs the directory put them back now. Nothing more is written there in that way.',
      };
    case 'went-missing':
      return {
        message: `Of ${failure.what} at ${endpoint}, ${failure.names.join(', ')} went missing while this was changed. Somebody else may have taken them away in the same moment, so they were not put back.`,
        remedy: 'Where nobody did, have them put back, and tell whoever runs the directory.',
      };
    case 'unsafe':
      return {
        message: `Nothing was written to ${failure.what} at ${endpoint}: it was seen to change what it wasn't asked to.`,
        remedy:
          'Tell whoever runs the directory. Once that is mended, delete cache.json in the state directory, where this is remembered.',
      };
    case 'unmarked':
      return {
        message: `The directory ${endpoint} doesn't keep externalId, so the group ${failure.name} can't be told from others; ${LEFT[failure.left]}.`,
        remedy:
          failure.left === 'nothing'
            ? 'Make the group by hand and name it in the rules, or take createGroups out of them.'
            : 'Have it deleted, and take createGroups out of the rules.',
      };
    case 'twin-group':
      return {
        message: `Somebody made a group ${failure.name} at ${endpoint} in the same moment; this one ${failure.deleted ? 'was deleted again' : 'is still there'}.`,
        remedy: failure.deleted
          ? 'Nothing: it is joined at the next try.'
          : 'Have one of the two deleted: as long as both are there, neither is used.',
      };
    case 'group-in-use':
      return {
        message: `The group ${failure.name} at ${endpoint} was not deleted: it doesn't show that nobody is in it.`,
        remedy: 'Delete it there if nobody needs it any more.',
      };
  }
}
