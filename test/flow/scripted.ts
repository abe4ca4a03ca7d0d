// A directory of which each answer is given by the test, for what one writer does in an order that no server is sure to take.
import type { DirectoryFailure } from '../../src/core/failure.ts';
import { PROFILES, type Profile } from '../../src/core/profile.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Answer, Directory, Written } from '../../src/flow/ports.ts';
import type { Reach } from '../../src/flow/reach.ts';
import { ENDPOINT } from '../core/samples.ts';
import { MovingClock } from '../support/memory-state.ts';

/** What isn't given fails as a directory that has no such thing. */
export function scripted(given: Partial<Directory>, profile: Profile = PROFILES.auto): Reach {
  const none = async () => rejected(501);
  const nothing: Omit<Directory, 'endpoint'> = {
    subject: none,
    findSubjects: none,
    group: none,
    findGroups: none,
    isMember: none,
    addMember: none,
    removeMember: none,
    restoreMembers: none,
    setValues: none,
    addValue: none,
    removeValue: none,
    createGroup: none,
    deleteGroup: none,
    provider: none,
    skew: () => null,
  };
  const directory: Directory = { ...nothing, ...given, endpoint: ENDPOINT };
  const clock = new MovingClock();
  const deadline = clock.now() + 60_000;
  return { directory, profile, subjectId: 'alice', clock, random: () => 0, deadline };
}

export const written = (status = 204): Answer<Written> =>
  ok({ status, accepted: status === 202, requestId: null, transaction: null });

export const rejected = (status: number) =>
  failed({ code: 'rejected', endpoint: ENDPOINT, status, scimType: null, detail: '' });

export const faulty = () => failed({ code: 'faulty', endpoint: ENDPOINT, status: 500, detail: 'oops' });

export const lost = () => failed({ code: 'unreachable', endpoint: ENDPOINT, detail: 'no answer came' });

export const throttled = () =>
  failed({ code: 'throttled', endpoint: ENDPOINT, status: 429, retryAfter: null });

export const missing = () => failed({ code: 'missing', endpoint: ENDPOINT, what: 'it', status: 404 });

const failed = (failure: DirectoryFailure) => fail(failure);
