// What can keep the directory from starting, and why a change is refused, as values.

/** Same codes and fields as the failures of the rest of the program, so that they are worded in one place. */
export type ServeFailure =
  | { readonly code: 'port-in-use'; readonly port: number }
  | { readonly code: 'newer-file'; readonly path: string; readonly version: number }
  | { readonly code: 'corrupt-file'; readonly path: string; readonly problem: string }
  | { readonly code: 'disk'; readonly path: string; readonly problem: string }
  | { readonly code: 'usage'; readonly problem: string };

export type Refusal =
  | { readonly code: 'taken'; readonly attribute: 'userName' | 'displayName'; readonly value: string }
  | { readonly code: 'empty'; readonly attribute: 'userName' | 'displayName' }
  | { readonly code: 'unknown-member'; readonly id: string };

export type Outcome<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: F };

export function refusalText(refusal: Refusal): string {
  switch (refusal.code) {
    case 'taken':
      return `${refusal.attribute} "${refusal.value}" is already in use`;
    case 'empty':
      return `${refusal.attribute} must not be empty`;
    case 'unknown-member':
      return `there is no user with the id "${refusal.id}"`;
  }
}
