import { z } from "zod";
import { tracesUrlProblem } from "./url-problem.ts";
import { unless, written } from "./values.ts";

/** Where spans are sent: by OTLP over HTTP, in JSON. */
export const tracingSchema = z.strictObject({
  endpoint: unless(tracesUrlProblem).describe(
    "Where spans are posted: http://127.0.0.1:4318/v1/traces. https:, or http: on loopback.",
  ),
  headers: z
    .record(
      written(/^[A-Za-z0-9-]{1,64}$/, "a header is named like Authorization"),
      written(/^[ -~]{1,4096}$/, "the value of a header is visible ASCII"),
    )
    .default({})
    .describe(
      "Sent with each post, by reference: ${file:/run/secrets/otlp}. Written out may be X-Scope-OrgID, X-Tenant, X-Tenant-Id, X-Dataset and X-Honeycomb-Dataset.",
    ),
  serviceName: written(/^[!-~]{1,128}$/, "a service's name is visible ASCII, without spaces")
    .prefault("postern")
    .describe("service.name of the spans."),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "Of requests that come without a traceparent, the part that is traced. Those that come with one are traced as it says.",
    ),
});
