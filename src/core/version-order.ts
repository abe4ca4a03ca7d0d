// Which of two versions is newer (Semantic Versioning 2.0.0, section 11).

export function isNewer(a: string, b: string): boolean {
  const [one, other] = [parts(a), parts(b)];
  return (compare(one.core, other.core) || comparePre(one.pre, other.pre)) > 0;
}

function parts(version: string): { core: string[]; pre: string[] } {
  const [core = '', ...pre] = version.split('+')[0]?.split('-') ?? [];
  // What is no number counts as 0: nonsense is the oldest of all.
  const numbers = core.split('.').map((part) => (/^\d+$/.test(part) ? part : '0'));
  return { core: numbers, pre: pre.length === 0 ? [] : pre.join('-').split('.') };
}

/** A pre-release comes before its release. */
function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compare(a, b);
}

/** Identifier by identifier: numbers as numbers, and before words; the longer one is newer. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    const difference =
      isNumber && isOtherNumber ? Number(one) - Number(other) : one < other ? -1 : Number(one > other);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
