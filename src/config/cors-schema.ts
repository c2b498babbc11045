import { z } from "zod";
import { originFormProblem } from "./url-problem.ts";
import { distinct, durationOrNone, unless, written } from "./values.ts";

/** An origin of a page, as browsers write it. */
const origin = unless(originFormProblem);

const fieldName = written(
  /^[A-Za-z0-9-]{1,64}$/,
  "a header's name is of letters, digits and -",
).toLowerCase();

/** Which pages may call an upstream from a browser (Fetch Standard, CORS protocol). */
export const corsSchema = z.strictObject({
  origins: distinct(origin).min(1).describe("The pages, as browsers write them in Origin."),
  allowHeaders: distinct(fieldName)
    .default([])
    .describe("Headers that pages may send besides those of tokens, SDKs, conditions and bodies."),
  exposeHeaders: distinct(fieldName)
    .default([])
    .describe("Headers of answers that pages may read besides ETag, checksums and request ids."),
  maxAge: durationOrNone.prefault("10m").describe("For how long a browser need not ask again."),
});

/** Pages that may call Postern itself. */
export const pageOrigins = distinct(origin)
  .default([])
  .describe("Pages that may call whoami and presign from a browser.");
