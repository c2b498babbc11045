import { z } from "zod";
import { authorizeSchema } from "./authorize-schema.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { listenSchema, operatorSchema, probesSchema } from "./faces-schema.ts";
import { identitySchema } from "./identity-schema.ts";
import { logSchema } from "./log-schema.ts";
import { ruleSchema } from "./rule-schema.ts";
import { selfServiceSchema } from "./self-service-schema.ts";
import { tracingSchema } from "./tracing-schema.ts";
import { upstreamsSchema } from "./upstream-schema.ts";
import { account, duration, durationOrNone, endpoint, moment, region, sizeWithin } from "./values.ts";

/** Whether what no rule allows is refused. */
export const modeSchema = z.enum(["enforce", "record"]);

/** The whole of `postern.yaml`. Defaults that are not given here are the operating system's. */
export const configSchema = z.strictObject({
  listen: listenSchema.prefault({}).describe("The data listener: where applications send their requests."),
  probes: probesSchema.prefault({}).describe("The listener for the kubelet, ECS and Prometheus."),
  operator: operatorSchema
    .prefault({})
    .describe("The listener for what operators look at, and with what they stop a sidecar."),
  aws: z
    .strictObject({
      account: account.optional().describe("Completes ARNs that a request does not spell out."),
      region: region.describe("Default of every upstream, and of sources that ask STS."),
      endpoint: endpoint.optional().describe("For testing: one loopback address for every AWS call."),
    })
    .describe("What upstreams and sources begin with."),
  identity: identitySchema.describe("Whose tokens are accepted."),
  credentials: credentialsSchema,
  upstreams: upstreamsSchema,
  selfService: selfServiceSchema.describe(
    "Postern's own pages for callers. All but whoami are off until they are named.",
  ),
  authorize: authorizeSchema
    .optional()
    .describe("Sign requests that another proxy sends: /.postern/authorize, on a listener of its own."),
  policy: z
    .strictObject({
      mode: modeSchema
        .default("enforce")
        .describe("record lets through what no rule allows, and remembers it; enforce refuses it."),
      until: moment
        .optional()
        .describe("When record mode ends by itself, at most 14 days from the start: 2026-01-31T18:00:00Z."),
      rules: z.array(ruleSchema).describe("In an order that chooses the role, never the verdict."),
    })
    .describe("Who may do what, and in which role."),
  limits: z
    .strictObject({
      inFlight: z.int().min(1).default(1000).describe("Requests at a time; more are refused with 503."),
      inFlightPerCaller: z
        .int()
        .min(1)
        .optional()
        .describe(
          "Of those, how many one caller may have; all guests are one. Default: as many as inFlight.",
        ),
      tunnels: z
        .int()
        .min(1)
        .default(2000)
        .describe("WebSocket connections at a time; more are refused with 503."),
      tunnelsPerCaller: z
        .int()
        .min(1)
        .default(200)
        .describe("Of those, how many one caller may have; all guests are one."),
      bufferedBody: sizeWithin("1MiB", "64GiB")
        .prefault("64MiB")
        .describe(
          "Of all bodies that are held in memory to be decided; past it requests wait, and are refused with 503 after 10 s.",
        ),
      headers: sizeWithin("1KiB", "1MiB").prefault("64KiB").describe("Of one request, all together."),
    })
    .prefault({})
    .describe("How much is taken at a time."),
  timeouts: z
    .strictObject({
      connect: duration.prefault("5s").describe("Until an upstream takes the connection."),
      headers: duration.prefault("10s").describe("Until a request's head is there."),
      bodyIdle: duration.prefault("60s").describe("Between two pieces of a body. A whole one may take long."),
      upstreamHeaders: duration.prefault("60s").describe("Until the head of an upstream's answer is there."),
      keepAlive: duration.prefault("75s").describe("Until an idle connection of a client is closed."),
      drain: durationOrNone.prefault("25s").describe("For requests in flight when Postern is told to end."),
    })
    .prefault({})
    .describe("How long is waited. There is none for a whole request: an upload may take long."),
  log: logSchema.prefault({}).describe("What is logged, as JSON, a line each, on standard output."),
  tracing: tracingSchema
    .optional()
    .describe("Send spans of requests to an OpenTelemetry collector. Off until it is named."),
});

/** A configuration that was checked: what starts. */
export type Config = z.output<typeof configSchema>;
