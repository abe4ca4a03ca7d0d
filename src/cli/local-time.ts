// The clocks of the place where somebody sits, as the system tells it (TZ).
import type { Zone } from '../core/log/when.ts';

export const LOCAL: Zone = {
  wallOf: (moment) => {
    const date = new Date(moment);
    return {
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    };
  },
  momentOf: ({ year, month, day, hour, minute, second }) =>
    new Date(year, month - 1, day, hour, minute, second).getTime(),
};
