// What a directory did to others, or can't be trusted with, in words.
import type { DirectoryHarm } from '../core/failure.ts';
import type { Words } from './words.ts';

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
    case 'unsafe':
      return {
        message: `Nothing was written to ${failure.what} at ${endpoint}: it was seen to change what it wasn't asked to.`,
        remedy:
          'Tell whoever runs the directory. Once that is mended, delete cache.json in the state directory, where this is remembered.',
      };
    case 'unmarked':
      return {
        message: `The directory ${endpoint} doesn't keep externalId, so the group ${failure.name} couldn't be told from others; it was ${failure.deleted ? 'deleted again' : 'left there, with you in it'}.`,
        remedy: failure.deleted
          ? 'Make the group by hand and name it in the rules, or take createGroups out of them.'
          : 'Have it deleted, and take createGroups out of the rules.',
      };
    case 'twin-group':
      return {
        message: `Somebody made a group ${failure.name} at ${endpoint} in the same moment, so this one was deleted again.`,
        remedy: 'Nothing: it is joined at the next try.',
      };
    case 'group-in-use':
      return {
        message: `The group ${failure.name} at ${endpoint} was not deleted: it doesn't show that nobody is in it.`,
        remedy: 'Delete it there if nobody needs it any more.',
      };
  }
}
