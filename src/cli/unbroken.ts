// Work that a first Ctrl-C lets come to its end: what was sent to the directory must still get into the ledger.

/** `told` hears of the first Ctrl-C; `ending` comes before the process dies of a signal, to leave the terminal in order. */
export async function unbroken<T>(work: () => Promise<T>, told: () => void, ending: () => void): Promise<T> {
  let asked = false;
  const end = (signal: NodeJS.Signals): void => {
    ending();
    stop();
    // Without a listener of ours it does what it does by default; the lock is released on the way.
    process.kill(process.pid, signal);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    if (asked) end(signal);
    else told();
    asked = true;
  };
  const stop = (): void => {
    process.off('SIGINT', interrupt);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
  };
  process.on('SIGINT', interrupt);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  try {
    return await work();
  } finally {
    stop();
  }
}
