import { z } from "zod";
import { SERVICE_NAMES } from "../aws/services.ts";
import { ruleSchema } from "./rule-schema.ts";
import {
  account,
  address,
  duration,
  durationOrNone,
  endpoint,
  nameSchema,
  region,
  sizeWithin,
  strings,
  written,
} from "./values.ts";

/** A user pool whose tokens are accepted. */
export const userPoolSchema = z.strictObject({
  name: nameSchema.describe("What rules, logs and metrics call this pool."),
  id: written(
    /^(?:eusc-[a-z]{2}|[a-z]{2})-(?:gov-)?[a-z]+-\d_[A-Za-z0-9]+$/,
    "a user pool id is written like us-east-1_AbCdEfGhI",
  ),
  clientIds: strings.describe("App clients whose tokens are accepted."),
  tokenUse: z.array(z.literal("id")).length(1).default(["id"]).describe("Kinds of token that are accepted."),
});

/** A source of credentials. */
export const sourceSchema = z.strictObject({
  type: z.literal("identity-pool"),
  identityPoolId: written(
    /^[a-z]{2,}(?:-[a-z]+)+-\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "an identity pool id is written like us-east-1:00000000-0000-4000-8000-000000000001",
  ),
  flow: z.literal("enhanced").default("enhanced"),
  default: z
    .boolean()
    .default(false)
    .describe("Used by rules that name no source. A source that stands alone is the default anyway."),
  verifyRole: z
    .boolean()
    .default(true)
    .describe("Ask STS which role the credentials hold, and refuse any but the one that the rule names."),
});

const cache = z.strictObject({
  maxCallers: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(10_000)
    .describe("Credentials that are kept; those used longest ago go first."),
  refreshAhead: durationOrNone
    .prefault("5m")
    .describe("How long before their end credentials are renewed; at most a fifth of their life."),
});

const match = z
  .strictObject({
    host: written(/^[^\s/?#@\\]+$/, "a host is written like files.example.com")
      .toLowerCase()
      .optional()
      .describe("Equal to the request's Host."),
    pathPrefix: written(/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/, "a path prefix is written like /files")
      .optional()
      .describe("Taken off before the path is read."),
  })
  .refine(
    (match) => match.host !== undefined || match.pathPrefix !== undefined,
    "match needs host or pathPrefix",
  );

/** An AWS service that may be called, at one endpoint. */
export const upstreamSchema = z.strictObject({
  service: z
    .enum(SERVICE_NAMES as readonly [string, ...string[]], `a service is one of ${SERVICE_NAMES.join(", ")}`)
    .describe("Its signing name."),
  region: region.optional().describe("Default aws.region."),
  endpoint: endpoint
    .optional()
    .describe("Scheme, host and port, where it is not the regional endpoint of AWS."),
  account: account
    .optional()
    .describe("Default aws.account. Written here, S3 refuses buckets of any other account."),
  maxBody: sizeWithin("1B", "256MiB")
    .prefault("16MiB")
    .describe("Of a body that must be read to be decided. Bodies that are passed on have no limit."),
  match: match
    .optional()
    .describe("Requests for this upstream, where neither their signature nor their first segment tells."),
  allowHeaders: z
    .array(z.string().min(1).toLowerCase())
    .default([])
    .describe("Headers let through besides those that Postern knows."),
  allowQuery: z
    .array(z.string().min(1))
    .default([])
    .describe("Query names let through besides those that Postern knows."),
});

/** The whole of `postern.yaml`. Defaults that are not given here are the operating system's. */
export const configSchema = z.strictObject({
  listen: z
    .strictObject({
      address: address.prefault("127.0.0.1:4480").describe("Where applications send their requests."),
      plaintext: z
        .boolean()
        .default(false)
        .describe(
          "Listen without TLS on an address that is not loopback: tokens cross the network readable.",
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
  identity: z.strictObject({
    userPools: z.array(userPoolSchema).min(1),
    guests: z.literal("deny").default("deny").describe("What becomes of requests without a token."),
  }),
  credentials: z
    .object({ cache: cache.prefault({}) })
    .catchall(sourceSchema)
    .describe("Credential sources by name, and the cache that they share."),
  upstreams: z
    .record(nameSchema, upstreamSchema)
    .refine((upstreams) => Object.keys(upstreams).length > 0, "it names no upstream")
    .describe("AWS services by a name of your own."),
  policy: z.strictObject({
    mode: z.literal("enforce").default("enforce"),
    rules: z.array(ruleSchema).min(1).describe("In an order that chooses the role, never the verdict."),
  }),
  limits: z
    .strictObject({
      inFlight: z.int().min(1).default(1000).describe("Requests at a time; more are refused with 503."),
      bufferedBody: sizeWithin("1MiB", "64GiB")
        .prefault("64MiB")
        .describe(
          "Of all bodies that are held in memory to be decided; past it requests are refused with 503.",
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
        .describe("The least that is logged. Lines of requests are info."),
      requests: z.enum(["all", "refused", "none"]).default("all").describe("Which requests have a line."),
    })
    .prefault({}),
});

/** A configuration that was checked: what starts. */
export type Config = z.output<typeof configSchema>;
