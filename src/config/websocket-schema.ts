import { z } from "zod";
import { pageOrigins } from "./cors-schema.ts";
import { duration } from "./values.ts";

/** Which WebSocket connections an upstream takes. */
export const webSocketSchema = z.strictObject({
  origins: pageOrigins.describe("Pages that may open a connection, as browsers write them in Origin."),
  queryToken: z
    .boolean()
    .default(false)
    .describe("Take the token as ?postern-token= too, from pages of these origins alone."),
  idle: duration.prefault("10m").describe("Without a byte either way, until the connection is closed."),
  lifetime: duration
    .optional()
    .describe(
      "Of a connection at most. Default 2h, of iotdevicegateway 24h, after which AWS closes it. None outlives its credentials, nor the caller's token.",
    ),
});
