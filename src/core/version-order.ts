// Which of two versions is newer (Semantic Versioning 2.0.0, section 11, without build metadata).

export function isNewer(a: string, b: string): boolean {
  const [one, other] = [parts(a), parts(b)];
  for (const index of [0, 1, 2]) {
    const difference = (one.numbers[index] ?? 0) - (other.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  // A pre-release comes before its release.
  if (one.pre === other.pre) return false;
  return one.pre === '' || (other.pre !== '' && one.pre > other.pre);
}

function parts(version: string): { numbers: number[]; pre: string } {
  const [core = '', ...pre] = version.split('+')[0]?.split('-') ?? [];
  return { numbers: core.split('.').map((part) => Number.parseInt(part, 10) || 0), pre: pre.join('-') };
}
