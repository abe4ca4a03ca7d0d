// JSON in one canonical spelling (RFC 8785, JCS) for values without floats, so that a hash means the same everywhere.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Keys in UTF-16 order, no white space; strings as ECMAScript spells them, which is what RFC 8785 section 3.2.2 asks. */
export function canonicalise(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalise).join(',')}]`;
  const object = value as { readonly [key: string]: Json };
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalise(object[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
