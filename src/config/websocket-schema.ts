import { z } from "zod";
import { pageOrigins } from "./cors-schema.ts";
import { duration } from "./values.ts";

/** Which WebSocket connections an upstream takes. */
export const webSocketSchema = z.strictObject({
  origins: pageOrigins,
  queryToken: z
    .boolean()
    .default(false)
    .describe("Take the token as ?postern-token= too, from pages of these origins alone."),
  idle: duration.prefault("10m").describe("Without a byte either way, until the connection is closed."),
  lifetime: duration
    .prefault("2h")
    .describe("Of a connection at most. None outlives its credentials, nor the caller's token."),
});
