/** The part of PostgreSQL's interval syntax that an annotation may use: readable, and without hidden surprises. */

const MINUTES = { minute: 1, hour: 60, day: 1440, week: 10080, month: 31 * 1440, year: 366 * 1440 } as const;
const PIECE = /(\d+)\s+(minute|hour|day|week|month|year)s?/g;
const WHOLE =
  /^\s*\d+\s+(?:minute|hour|day|week|month|year)s?(?:\s+\d+\s+(?:minute|hour|day|week|month|year)s?)*\s*$/;

/** The longest time, in days, that the interval can mean (a month counts 31), or null where it isn't one. */
export function longestDays(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  let minutes = 0;
  for (const [, count, unit] of text.matchAll(PIECE)) {
    minutes += Number(count) * MINUTES[unit as keyof typeof MINUTES];
  }
  return minutes / MINUTES.day;
}
