import { z } from "zod";
import { pageOrigins } from "./cors-schema.ts";
import { DURATION, toMs } from "./units.ts";
import { written } from "./values.ts";

/** How long a presigned URL may live: seconds of `1s` to `7d` (SigV4, X-Amz-Expires). */
const expiry = written(DURATION, "a duration is written like 30s, 5m or 1h")
  .refine(
    (text) => toMs(text) >= 1000 && toMs(text) <= 604_800_000 && toMs(text) % 1000 === 0,
    "a URL lives from 1s to 7d, in whole seconds",
  )
  .transform((text) => toMs(text) / 1000);

/** Postern's own pages for callers. All but whoami are off until they are named here. */
export const selfServiceSchema = z
  .strictObject({
    presign: z
      .strictObject({
        maxExpires: expiry
          .prefault("15m")
          .describe("How long a URL lives at most. None outlives its credentials, nor the caller's token."),
      })
      .optional()
      .describe("/.postern/presign: URLs for what the caller may do at S3. {} has it on."),
    credentials: z
      .strictObject({
        real: z
          .boolean()
          .default(false)
          .describe("Give a role's real credentials to whom a rule allows postern:GetCredentials on it."),
      })
      .optional()
      .describe(
        "/.postern/credentials: what SDKs sign with: placeholders, and the token as session token. {} has it on.",
      ),
    origins: pageOrigins,
  })
  .prefault({});
