// What a look or a change needs to reach the directory, and what came of one change there.
import type { Failure } from '../core/failure.ts';
import type { Evidence } from '../core/presence.ts';
import type { Profile } from '../core/profile.ts';
import type { Traits } from '../core/traits.ts';
import type { Before, Reason, Verdict } from '../core/vocabulary.ts';
import type { Directory } from './ports.ts';
import type { Patience } from './steady.ts';

export interface Reach extends Patience {
  readonly directory: Directory;
  readonly profile: Profile;
  readonly subjectId: string;
}

/** What came of one change. `verified` is there only where the directory took it, or it was so already. */
export interface Performed {
  readonly verified?: Verdict;
  readonly failure?: Failure;
  readonly reason?: Reason;
  /** Nothing was to be had, or may be had: said at once, and not tried again as it is. */
  readonly refused?: true;
  /** The request failed, and may have been carried out all the same. */
  readonly unsure?: true;
  /** Requests that asked for the change. */
  readonly attempts: number;
  readonly status?: number;
  readonly requestId?: string | null;
  readonly transaction?: string | null;
  /** Where reading back settled it. */
  readonly before?: Before;
  /** Of a group that was made, or joined in the place of making one. */
  readonly groupId?: string;
  readonly evidence?: Evidence;
  readonly traits: Traits;
}
