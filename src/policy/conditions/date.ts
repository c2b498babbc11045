import { readNumber } from "./number.ts";

/** What ISO 8601 leaves of itself in W3C's profile, which IAM names: a time of day always has its zone. */
const DATE =
  /^(?<day>\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;
/** A date in full and no year alone: `2026` is a year, not half an hour after 1970 began. */
const SECONDS = /^\d+(?:\.\d+)?$/;
const YEAR = /^\d{4}$/;
const MAX_LENGTH = 40;

/** Seconds from 1973 on, and not milliseconds: nobody means others in a policy. */
const MEANT_SECONDS = /^\d{9,11}$/;

/** Reads a date of a request: epoch milliseconds; undefined for what is neither ISO 8601 nor epoch seconds. */
export function readDate(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (SECONDS.test(text) && !YEAR.test(text)) {
    const seconds = readNumber(text);
    return seconds === undefined ? undefined : seconds * 1000;
  }
  const day = DATE.exec(text)?.groups?.["day"];
  return day !== undefined && isDay(day) ? Date.parse(text) : undefined;
}

/** Reads a date of a rule, where `20260131` and milliseconds are slips. */
export function readMeantDate(text: string): number | undefined {
  return SECONDS.test(text) && !YEAR.test(text) && !MEANT_SECONDS.test(text) ? undefined : readDate(text);
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const at = new Date(day);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
