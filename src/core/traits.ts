// What was seen of one endpoint's ways, by what it did: remembered per endpoint, and worth only requests when lost.
import type { AddForm, Profile, RemoveForm } from './profile.ts';
import type { Kind } from './vocabulary.ts';

/** `right`: it did what was meant and nothing else. */
export type Judgement = 'right' | 'wrong';

export interface Traits {
  /** A group was seen to list members, so an empty list means nobody. */
  readonly listsMembers?: true;
  /** `live`: a user's `groups` were seen to follow a change. `stale`: seen not to. */
  readonly userGroups?: 'live' | 'stale';
  /** Whether a look-up by id and member tells the truth. */
  readonly memberFilter?: Judgement;
  readonly addForm?: AddForm;
  readonly removeForm?: RemoveForm;
  /** `wrong`: it took others out of the group. */
  readonly addingMembers?: Judgement;
  readonly removingMembers?: Judgement;
  /** `honoured`: a stale If-Match was refused. `frozen`: an ETag stayed the same over a change, so it says nothing. */
  readonly etags?: 'honoured' | 'frozen';
  /** How lists of values fared, by `valueWay`. */
  readonly values?: Readonly<Record<string, Judgement>>;
  /** `wrong`: a group that was made lost its externalId, so none is made any more. */
  readonly externalIds?: Judgement;
  /** Ids of groups whose members are too many to be listed. */
  readonly large?: readonly string[];
  readonly circuit?: Circuit;
  /** Milliseconds that its clock was last seen to be ahead of ours. */
  readonly skew?: number;
  /** From its ServiceProviderConfig (RFC 7643 section 5): a hint, since some of them lie. */
  readonly provider?: Provider;
}

export interface Provider {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly patch: boolean | null;
  readonly filter: boolean | null;
  readonly etag: boolean | null;
  /** The most results it says it gives at once. */
  readonly maxResults: number | null;
}

/** Wake-ups in a row in which nobody answered, or that were asked to wait. */
export interface Circuit {
  readonly failures: number;
  /** Milliseconds since the epoch: no request before it, because the directory asked for that. */
  readonly until: number;
}

export const valueWay = (kind: Exclude<Kind, 'group'>, form: 'add' | 'remove' | 'replace'): string =>
  `${kind} ${form}`;

/** How a change of one member treats the others. */
export const treatsOthers = (traits: Traits, op: 'add' | 'remove'): Judgement | undefined =>
  op === 'add' ? traits.addingMembers : traits.removingMembers;

export const judgeTreatment = (traits: Traits, op: 'add' | 'remove', judgement: Judgement): Traits =>
  op === 'add' ? { ...traits, addingMembers: judgement } : { ...traits, removingMembers: judgement };

/** Groups list their members here, so that absence from an empty list counts. */
export const membersAreListed = (profile: Profile, traits: Traits): boolean =>
  profile.listsMembers === 'yes' || (profile.listsMembers === 'auto' && traits.listsMembers === true);

/** Whether a user's list of groups can be believed when it leaves one out. `seen`: it names some group. */
export function userGroupsAreLive(profile: Profile, traits: Traits, seen: boolean): boolean {
  if (profile.userGroups !== 'auto') return profile.userGroups === 'yes';
  return traits.userGroups === 'live' || (seen && traits.userGroups !== 'stale');
}

export const mayFilterByMember = (profile: Profile, traits: Traits): boolean =>
  profile.memberFilter !== 'no' && traits.memberFilter !== 'wrong';

export const filterIsTrusted = (profile: Profile, traits: Traits): boolean =>
  profile.memberFilter === 'yes' ? traits.memberFilter !== 'wrong' : traits.memberFilter === 'right';

/** If-Match protects here, as far as was seen, or else as the directory says of itself. */
export const etagsAreHonoured = (profile: Profile, { etags, provider }: Traits): boolean =>
  profile.etags === 'yes' ||
  (profile.etags === 'auto' && (etags === 'honoured' || (etags === undefined && provider?.etag === true)));

/** If-Match is worth sending: it may protect, and can't be refused for ever. */
export const sendsIfMatch = (profile: Profile, traits: Traits): boolean =>
  profile.etags !== 'no' && traits.etags !== 'frozen';

/**
 * After a 412 (RFC 7644 section 3.14). Where the very version that was refused is the current one, none will ever match:
 * a weak ETag never does on a server that takes RFC 7232 section 3.1 at its word.
 */
export const afterRefusal = (traits: Traits, refused: string | null, current: string | null): Traits =>
  refused === null ? traits : { ...traits, etags: refused === current ? 'frozen' : 'honoured' };

export const isLarge = ({ large = [] }: Traits, groupId: string): boolean => large.includes(groupId);

export const withLarge = (traits: Traits, groupId: string): Traits =>
  isLarge(traits, groupId) ? traits : { ...traits, large: [...(traits.large ?? []), groupId] };

/** What a look learned, put into what is known by now: others may have looked meanwhile. */
export function withLearned(now: Traits, before: Traits, after: Traits): Traits {
  const changed = Object.entries(after).filter(([key, value]) => before[key as keyof Traits] !== value);
  const large = [...new Set([...(now.large ?? []), ...(after.large ?? [])])];
  return { ...now, ...Object.fromEntries(changed), ...(large.length === 0 ? {} : { large }) };
}

/** The forms of a change to try, the one that worked before first. */
export const formsOf = <F extends string>(forms: readonly F[], known: F | undefined): readonly F[] =>
  known !== undefined && forms.includes(known) ? [known, ...forms.filter((form) => form !== known)] : forms;
