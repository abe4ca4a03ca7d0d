// What a refused change says: that there was nothing to do, that somebody else was faster, or that another form is worth a try.
import type { DirectoryFailure } from '../core/failure.ts';

/** Nothing to take away any more: success (RFC 7644 section 3.5.2.2). */
export const isGone = (failure: DirectoryFailure): boolean =>
  failure.code === 'missing' || (failure.code === 'rejected' && failure.scimType === 'noTarget');

/** Somebody changed it since (RFC 7644 section 3.14). */
export const isStale = (failure: DirectoryFailure): boolean =>
  failure.code === 'rejected' && failure.status === 412;

/** Only where the form of a change may be the reason is another one worth a try. */
export const isAboutForm = (failure: DirectoryFailure): boolean =>
  (failure.code === 'rejected' && [400, 405, 422].includes(failure.status)) ||
  (failure.code === 'faulty' && failure.status === 501);

export const statusOf = (failure: DirectoryFailure): number => ('status' in failure ? failure.status : 0);
