// What makes the fake directory like one known server: what it refuses or answers differently, and its settings.
import type { Answer, FakeScim, Question } from '../fake-scim.ts';

export interface Profile {
  /** Before the first request. */
  readonly settle?: (scim: FakeScim) => void;
  /** `next` is what the honest server answers. */
  readonly answer: (question: Question, next: (question: Question) => Answer) => Answer;
}
