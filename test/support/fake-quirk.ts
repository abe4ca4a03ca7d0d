// Each way in which a real server was seen to lie; the numbers are those of the list of what servers really do.

export type Quirk =
  // Writes that are not done.
  /** 9: takes a write with 202, or with the usual status, and does nothing, ever. */
  | 'accept'
  | 'pretend'
  /** RFC 9967: 202 with `Set-Txn`, and done when the test calls `settle`. */
  | '202-with-set-txn'
  /** Done, but reads show it only after `lateReads` of them. */
  | 'late-visible'
  /** 9: an `add` is answered as if done: members and values; or only where it has no path. */
  | 'add-does-nothing'
  | 'nopath-add-ignored'
  /** 9: an operation spelled `Add`, or with a path that starts with a urn, is answered as if done. */
  | 'capital-op-ignored'
  | 'urn-path-ignored'
  /** 8: what is taken away (by `remove`, or by a `replace` without it) is still there. */
  | 'revoke-does-nothing'
  /** 17: of several operations the first is done, and the answer is 400. */
  | 'patch-half-applied'
  /** 19: PUT of a group leaves its members, or is answered 501. */
  | 'put-keeps-members'
  | 'put-501'

  // Lists and filters.
  /** 1: lists everybody, whatever was asked. */
  | 'ignore-filter'
  /** 10: of `id eq … and members eq …` only the first half counts. */
  | 'ignore-membership-filter'
  /** 10: finds nothing for any filter about membership, or has none (400 invalidFilter). */
  | 'empty-membership-filter'
  | 'no-membership-filter'
  /** 2: each user comes twice. */
  | 'duplicate-user-in-list'
  /** 3: `userName eq` looks at the case. */
  | 'case-sensitive-username'
  /** 3: anything but the canonical spelling of attributes and `eq` finds nothing. */
  | 'canonical-spelling-only'
  /** 4: what becomes of a filter with an escaped quote. */
  | 'escaped-quote-400'
  | 'escaped-quote-500'
  | 'escaped-quote-nothing'
  /** 14: lists the first page again and again, or everything at once, whatever was asked for. */
  | 'repeat-pages'
  | 'paging-ignored'
  /** 14: `totalResults` is the size of the page, or one more than there are. */
  | 'totals-wrong'
  | 'totals-too-large'
  | 'resources-missing-when-empty'
  | 'resources-lowercase'
  /** 20: keys nobody knows, everywhere. */
  | 'extra-unknown-keys'
  | 'excludedAttributes-ignored'
  | 'excludedAttributes-400'

  // Who is a member, as it is told.
  /** 10: groups with an empty list of members, or without the key. */
  | 'members-never-listed'
  | 'members-key-absent'
  /** 10: users without the key `groups`, with an empty list, or with that of `staleBy` changes ago. */
  | 'user-groups-absent'
  | 'user-groups-always-empty'
  | 'user-groups-stale'
  /** Names that older tests use: members-never-listed, user-groups-absent. */
  | 'hide-members'
  | 'hide-groups'

  // Membership, as it is changed.
  /** 5: a member who is added again is there again. */
  | 'repeated-add-duplicates'
  /** 6: there is no `members[value eq "…"]`. */
  | 'remove-filter-400'
  | 'remove-filter-501'
  /** 6: the legacy form removes only those it lists; without this it empties the group, as RFC 7644 says. */
  | 'legacy-remove-removes-listed'
  /** A filtered removal of one empties the group. */
  | 'remove-empties-group'
  /** An `add` is taken as the whole list. */
  | 'add-replaces-members'
  /** 11: somebody unknown is left out, ends in 500, or becomes a member. */
  | 'unknown-member-dropped'
  | 'unknown-member-500'
  | 'unknown-member-stored'

  // Roles and entitlements, as they are changed.
  /** 7: an `add` is taken as the whole list. */
  | 'add-replaces-values'
  /** 7: one value per `type` (no type is a type): the last one stays. */
  | 'one-value-per-type'
  /** 7: 400 to two values of one type. */
  | 'two-of-a-type-400'
  /** 7: 400 to roles with a type. */
  | 'reject-types'
  /** Keeps `value` and nothing else of what is replaced. */
  | 'replace-drops-subattributes'
  /** Keeps the last of what is replaced. */
  | 'replace-drops-foreign'
  /** 8: `remove` with a path and a value sets the list; members too. */
  | 'remove-sets-list'

  // Groups, as they are made.
  | 'externalId-dropped'
  /** One POST, two groups of that name. */
  | 'twin-on-create'

  // What answers look like.
  /** 13: speaks, and understands, application/json alone. */
  | 'json-only'
  /** 13: the `Location` of what was made is under another prefix. */
  | 'location-elsewhere'
  /** 12: success of PATCH and PUT. */
  | '200-with-empty-object'
  /** 12: for a group that isn't there. */
  | 'missing-group-500'
  | 'plain-text-401'
  | 'html-errors'
  | 'detail-not-string'
  /** Databricks: too many requests at a time end in 500. */
  | '500-names-limit';

export type Quirks = ReadonlySet<Quirk>;
