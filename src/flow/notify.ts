// Tells the command that the machine's owner named what went wrong in a wake-up: after the log has it, outside the lock.
import { type Closed, isNews, noticeOf } from '../core/notice.ts';
import type { Ports } from './ports.ts';
import type { Standing } from './standing.ts';
import type { ChangeReport } from './verdict.ts';

/** A failure of the command is nobody's here: access doesn't hang on whether somebody heard of it. */
export async function notify(
  { notifier }: Pick<Ports, 'notifier'>,
  { settings: { notify: command, pins, mode }, device, repo }: Standing,
  events: readonly Closed[],
  reports: readonly ChangeReport[],
): Promise<void> {
  if (command === null) return;
  const subject = pins === null ? null : { value: pins.subject, id: pins.subjectId };
  // In a clone that nobody trusted everything is refused, and nobody asked for anything.
  for (const closed of pins === null && reports.length === 0 ? [] : events) {
    const own = reports.filter(({ event }) => event === closed.event.id);
    if (!isNews(closed, own)) continue;
    await notifier.tell(command, noticeOf(closed, { device, repo, subject, mode }, own));
  }
}
