// A checkpoint: the log's last line as somebody signed it, in the manner of a C2SP transparency log checkpoint.

export interface Checkpoint {
  readonly device: string;
  readonly seq: number;
  readonly hash: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

const ORIGIN = 'scim-hook audit ';
const FORM =
  /^scim-hook audit (\S+)\n([1-9]\d{0,14})\n([0-9a-f]{64})\n(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\n$/;

/** The SSHSIG namespace: a signature for something else counts for nothing here. */
export const NAMESPACE = 'scim-hook-audit';

/** The bytes that are signed. */
export const checkpointText = ({ device, seq, hash, time }: Checkpoint): string =>
  `${ORIGIN}${device}\n${seq}\n${hash}\n${time}\n`;

export const isCheckpoint = (text: string): boolean => text.startsWith(ORIGIN);

/** Null: it is none, or was edited beyond reading. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [, device, seq, hash, time] = FORM.exec(text) ?? [];
  if (device === undefined || seq === undefined || hash === undefined || time === undefined) return null;
  return { device, seq: Number(seq), hash, time };
}

export const checkpointName = (seq: number): string => `${String(seq).padStart(12, '0')}.checkpoint`;
