import { z } from "zod";
import { endpointProblem, parseAddress } from "./address.ts";
import { DURATION, MAX_DURATION_MS, SIZE, toBytes, toMs } from "./units.ts";

/** A list of texts; neither it nor any of them is empty. */
export const strings = z.array(z.string().min(1)).min(1);

/** A list in which nothing stands twice. It may be empty; `.min(1)` forbids that. */
export const distinct = <S extends z.ZodType<string>>(item: S, missing?: string) =>
  z
    .array(item, { error: ({ input }) => (input === undefined ? missing : undefined) })
    .superRefine((list, context) => {
      const seen = new Set<string>();
      for (const [i, text] of list.entries()) {
        if (seen.has(text))
          context.addIssue({ code: "custom", path: [i], message: `${text} stands here already` });
        seen.add(text);
      }
    });

/** Text that is written in one way; the complaint shows it, whatever stands there instead. */
export const written = (form: RegExp, complaint: string) =>
  z
    .string({ error: ({ input }) => (input === undefined ? undefined : complaint) })
    .regex(form, { error: complaint, abort: true });

/** What users call their pools, sources and upstreams. */
export const nameSchema = written(/^[a-z0-9][a-z0-9-]{0,62}$/, "a name is of a-z, 0-9 and -");

const durationFrom = (leastMs: number, tooShort: string) =>
  written(DURATION, "a duration is written like 30s, 5m or 1h")
    .refine((text) => toMs(text) >= leastMs, tooShort)
    .refine((text) => toMs(text) <= MAX_DURATION_MS, "a duration is at most 24d")
    .transform(toMs);

/** A wait that ends: milliseconds of `30s`. */
export const duration = durationFrom(1, "a wait without end is not accepted; at least 1ms");

/** As {@link duration}, or no wait at all: `0s`. */
export const durationOrNone = durationFrom(0, "");

/** What is done again and again, a second apart or more: milliseconds. */
export const interval = durationFrom(1000, "it is at least 1s");

const MOMENT =
  /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** A moment with its zone: epoch milliseconds of `2026-01-31T18:00:00Z` (ISO 8601, as RFC 3339 narrows it). */
export const moment = written(MOMENT, "a moment is written with its zone, like 2026-01-31T18:00:00Z")
  .refine((text) => isDay(text.slice(0, 10)), "there is no such day")
  .transform((text) => Date.parse(text));

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** How long STS may make a role session last: seconds of `15m` to `12h` (AssumeRole, DurationSeconds). */
export const sessionDuration = written(DURATION, "a duration is written like 15m or 1h")
  .refine(
    (text) => toMs(text) >= 900_000 && toMs(text) <= 43_200_000 && toMs(text) % 1000 === 0,
    "a role session lasts from 15m to 12h, in whole seconds",
  )
  .transform((text) => toMs(text) / 1000);

/** Bytes of a size such as `64KiB`, bounds included. */
export const sizeWithin = (least: string, most: string) =>
  written(SIZE, "a size is written like 64KiB or 16MiB")
    .refine((text) => toBytes(text) >= toBytes(least), `at least ${least}`)
    .refine((text) => toBytes(text) <= toBytes(most), `at most ${most}`)
    .transform(toBytes);

/** An AWS account. YAML reads bare digits as a number, which has no leading zeros. */
export const account = written(/^\d{12}$/, 'an account is twelve digits in quotes, as "123456789012"');

/** An AWS region. */
export const region = written(/^[a-z]{2,}(?:-[a-z]+)+-\d$/, "a region is written like us-east-1");

/** Where to listen. */
export const address = z.string().transform((text, context) => {
  const parsed = parseAddress(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "an address is written like 127.0.0.1:4480 or [::1]:4480" });
  return z.NEVER;
});

/** Text that is good where a finder of problems has nothing to say. */
export const unless = (problemOf: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** Scheme, host and port of an endpoint: https:, or http: on loopback. */
export const endpoint = unless(endpointProblem);

/** A file that is read at start; a relative path begins where Postern was started. */
export const filePath = z.string().min(1);
