// Writes a great many pieces of text no faster than they are read.

const BATCH = 64 * 1024;

/** Ends early where nobody reads any more; `isRead` says so. */
export async function pour(
  stream: NodeJS.WritableStream,
  pieces: Iterable<string>,
  isRead: () => boolean,
): Promise<void> {
  let batch = '';
  for (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH) continue;
    await written(stream, batch);
    batch = '';
    if (!isRead()) return;
  }
  if (batch !== '') await written(stream, batch);
}

function written(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    const ends = ['drain', 'error', 'close'] as const;
    const done = (): void => {
      for (const end of ends) stream.off(end, done);
      resolve();
    };
    if (stream.write(text)) resolve();
    else for (const end of ends) stream.on(end, done);
  });
}
