import { z } from "zod";

/** What is logged. */
export const logSchema = z.strictObject({
  level: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe(
      "The least that is logged. Lines of requests and connections are info; of MQTT packets, those that are refused are, and others debug.",
    ),
  requests: z
    .enum(["all", "refused", "none"])
    .default("all")
    .describe("Which requests have a line, which WebSocket connections that ended, and which MQTT packets."),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "Of requests that succeeded and changed nothing, the part that has a line: 0.01 is one in a hundred. What was refused, what changes something and what hands out credentials or URLs always has one.",
    ),
  audit: z
    .boolean()
    .default(true)
    .describe(
      "Log denials, credentials and URLs handed out, record mode's use, reloads, locks, revocations and ends at every level but silent, and whatever requests says. Such lines have a member audit.",
    ),
  auditChain: z
    .boolean()
    .default(false)
    .describe("Number audit lines and hash each with the one before: postern audit finds what is missing."),
});
