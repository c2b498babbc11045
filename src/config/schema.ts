import { z } from "zod";
import { authorizeSchema } from "./authorize-schema.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { identitySchema } from "./identity-schema.ts";
import { ruleSchema } from "./rule-schema.ts";
import { selfServiceSchema } from "./self-service-schema.ts";
import { upstreamsSchema } from "./upstream-schema.ts";
import {
  account,
  address,
  distinct,
  duration,
  durationOrNone,
  endpoint,
  filePath,
  moment,
  region,
  sizeWithin,
  written,
} from "./values.ts";

/** A Host name without a port. */
const hostName = written(
  /^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])$/,
  "a host is written like app.example.com, without a port",
).toLowerCase();

/** Whether what no rule allows is refused. */
export const modeSchema = z.enum(["enforce", "record"]);

/** The whole of `postern.yaml`. Defaults that are not given here are the operating system's. */
export const configSchema = z.strictObject({
  listen: z
    .strictObject({
      address: address.prefault("127.0.0.1:4480").describe("Where applications send their requests."),
      tls: z
        .strictObject({
          certFile: filePath.describe("The certificate and those that vouch for it, as PEM."),
          keyFile: filePath.describe("Its private key, as PEM and without a passphrase."),
        })
        .optional()
        .describe("Serve TLS. Both files are followed: a new pair serves from the next connection on."),
      plaintext: z
        .boolean()
        .default(false)
        .describe(
          "Listen without TLS on an address that is not loopback: tokens cross the network readable.",
        ),
      hosts: distinct(hostName)
        .default([])
        .describe(
          "Host names by which callers with a cookie, and guests, may call, besides loopback names, match.host and the hosts of cookie.origins.",
        ),
    })
    .prefault({}),
  probes: z
    .strictObject({
      address: address
        .prefault("127.0.0.1:4481")
        .describe("/livez, /readyz and /metrics, nothing else; any address will do."),
    })
    .prefault({}),
  operator: z
    .strictObject({
      address: address.prefault("127.0.0.1:4482").describe("What operators look at; loopback only."),
    })
    .prefault({}),
  aws: z.strictObject({
    account: account.optional().describe("Completes ARNs that a request does not spell out."),
    region: region.describe("Default of every upstream."),
    endpoint: endpoint.optional().describe("For testing: one loopback address for every AWS call."),
  }),
  identity: identitySchema,
  credentials: credentialsSchema,
  upstreams: upstreamsSchema,
  selfService: selfServiceSchema,
  authorize: authorizeSchema
    .optional()
    .describe("Sign requests that another proxy sends: /.postern/authorize, on a listener of its own."),
  policy: z.strictObject({
    mode: modeSchema
      .default("enforce")
      .describe("record lets through what no rule allows, and remembers it; enforce refuses it."),
    until: moment
      .optional()
      .describe("When record mode ends by itself, at most 14 days from the start: 2026-01-31T18:00:00Z."),
    rules: z.array(ruleSchema).describe("In an order that chooses the role, never the verdict."),
  }),
  limits: z
    .strictObject({
      inFlight: z.int().min(1).default(1000).describe("Requests at a time; more are refused with 503."),
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
    .prefault({}),
  timeouts: z
    .strictObject({
      connect: duration.prefault("5s").describe("Until an upstream takes the connection."),
      headers: duration.prefault("10s").describe("Until a request's head is there."),
      bodyIdle: duration.prefault("60s").describe("Between two pieces of a body. A whole one may take long."),
      upstreamHeaders: duration.prefault("60s").describe("Until the head of an upstream's answer is there."),
      keepAlive: duration.prefault("75s").describe("Until an idle connection of a client is closed."),
      drain: durationOrNone.prefault("25s").describe("For requests in flight when Postern is told to end."),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error", "silent"])
        .default("info")
        .describe(
          "The least that is logged. Lines of requests and connections are info; of MQTT packets, those that are refused are, and others debug.",
        ),
      requests: z
        .enum(["all", "refused", "none"])
        .default("all")
        .describe(
          "Which requests have a line, which WebSocket connections that ended, and which MQTT packets.",
        ),
    })
    .prefault({}),
});

/** A configuration that was checked: what starts. */
export type Config = z.output<typeof configSchema>;
