const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `30s`, `250ms`, `5m`, `1h`, `14d`. */
export const DURATION = /^\d{1,9}(?:ms|s|m|h|d)$/;

/** The longest that a timer can wait, 24 days: a longer one would go off at once. */
export const MAX_DURATION_MS = 24 * 86_400_000;

/** `512B`, `64KiB`, `16MiB`, `1GiB`. */
export const SIZE = /^\d{1,9}(?:B|KiB|MiB|GiB)$/;

/** Milliseconds of a {@link DURATION}. */
export function toMs(duration: string): number {
  return inUnits(duration, DURATIONS);
}

/** Bytes of a {@link SIZE}. */
export function toBytes(size: string): number {
  return inUnits(size, SIZES);
}

function inUnits(text: string, units: Readonly<Record<string, number>>): number {
  const digits = /^\d+/.exec(text)?.[0] ?? "";
  return Number(digits) * (units[text.slice(digits.length)] ?? Number.NaN);
}
