import { z } from "zod";
import { SERVICE_NAMES } from "../aws/services.ts";
import { endpointProblem, parseAddress } from "./address.ts";
import { DURATION, SIZE, toBytes, toMs } from "./units.ts";

const strings = z.array(z.string().min(1)).min(1);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a name is of a-z, 0-9 and -");
const duration = z.string().regex(DURATION, "a duration is written like 30s, 5m or 1h").transform(toMs);
const size = z.string().regex(SIZE, "a size is written like 64KiB or 16MiB").transform(toBytes);
const account = z
  .string('an account is written in quotes, as "123456789012": a number would lose its zeros')
  .regex(/^\d{12}$/, "an account has twelve digits");
const region = z.string().regex(/^[a-z]{2,}(?:-[a-z]+)+-\d$/, "a region is written like us-east-1");
const address = z.string().transform((text, context) => {
  const parsed = parseAddress(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "an address is written like 127.0.0.1:4480 or [::1]:4480" });
  return z.NEVER;
});
const endpoint = z.string().superRefine((text, context) => {
  const problem = endpointProblem(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const userPool = z.strictObject({
  name: name.describe("What rules, logs and metrics call this pool."),
  id: z
    .string()
    .regex(
      /^(?:eusc-[a-z]{2}|[a-z]{2})-(?:gov-)?[a-z]+-\d_[A-Za-z0-9]+$/,
      "a user pool id is written like us-east-1_AbCdEfGhI",
    ),
  clientIds: strings.describe("App clients whose tokens are accepted."),
  tokenUse: z.array(z.literal("id")).length(1).default(["id"]),
});

const identityPool = z.strictObject({
  type: z.literal("identity-pool"),
  identityPoolId: z
    .string()
    .regex(
      /^[\w-]+:[0-9a-f-]+$/,
      "an identity pool id is written like us-east-1:00000000-0000-4000-8000-000000000001",
    ),
  flow: z.literal("enhanced").default("enhanced"),
  default: z.boolean().default(false).describe("Used by rules that name no source."),
  verifyRole: z.boolean().default(true).describe("Ask STS which role the credentials hold. Default true."),
});

const cache = z.strictObject({
  maxCallers: z.int().min(1).max(10_000_000).default(10_000),
  refreshAhead: duration.default(300_000),
});

const upstream = z.strictObject({
  service: z.enum(
    SERVICE_NAMES as readonly [string, ...string[]],
    `a service is one of ${SERVICE_NAMES.join(", ")}`,
  ),
  region: region.optional(),
  endpoint: endpoint
    .optional()
    .describe("Scheme, host and port, where it is not the regional endpoint of AWS."),
  account: account.optional().describe("With it S3 refuses buckets of any other account."),
  maxBody: size.default(16 * 1024 ** 2).describe("Of a body that must be read to be decided. Default 16MiB."),
  match: z
    .strictObject({
      host: z.string().min(1).toLowerCase().optional(),
      pathPrefix: z
        .string()
        .regex(/^(?:\/[A-Za-z0-9._~-]+)+$/, "a path prefix is written like /files")
        .optional(),
    })
    .refine(
      (match) => match.host !== undefined || match.pathPrefix !== undefined,
      "match needs host or pathPrefix",
    )
    .optional(),
  allowHeaders: z.array(z.string().toLowerCase()).default([]),
  allowQuery: z.array(z.string()).default([]),
});

const rule = z.strictObject({
  name: z.string().min(1).max(128),
  who: z
    .strictObject({
      groups: strings.optional(),
      claims: z
        .record(z.string().min(1), z.union([z.string(), strings]))
        .refine((claims) => Object.keys(claims).length > 0, "claims names no claim")
        .optional(),
      issuers: strings.optional(),
      authenticated: z.literal(true).optional(),
    })
    .optional(),
  allow: strings.optional(),
  deny: strings.optional(),
  on: strings.optional(),
  role: z.string().min(1).optional(),
  credentials: z.string().min(1).optional(),
});

/** The whole of `postern.yaml`. Defaults that are not given here are the operating system's. */
export const configSchema = z.strictObject({
  listen: z
    .strictObject({
      address: address.prefault("127.0.0.1:4480"),
      plaintext: z
        .boolean()
        .default(false)
        .describe("Listen without TLS on an address that is not loopback."),
    })
    .prefault({}),
  probes: z.strictObject({ address: address.prefault("127.0.0.1:4481") }).prefault({}),
  operator: z.strictObject({ address: address.prefault("127.0.0.1:4482") }).prefault({}),
  aws: z.strictObject({
    account: account.optional(),
    region,
    endpoint: endpoint.optional().describe("For testing: one loopback address for every AWS call."),
  }),
  identity: z.strictObject({
    userPools: z.array(userPool).min(1),
    guests: z.literal("deny").default("deny"),
  }),
  credentials: z.object({ cache: cache.prefault({}) }).catchall(identityPool),
  upstreams: z.record(name, upstream).refine((upstreams) => Object.keys(upstreams).length > 0, "no upstream"),
  policy: z.strictObject({ mode: z.literal("enforce").default("enforce"), rules: z.array(rule).min(1) }),
  limits: z
    .strictObject({ inFlight: z.int().min(1).default(1000), headers: size.prefault("64KiB") })
    .prefault({}),
  timeouts: z
    .strictObject({
      connect: duration.prefault("5s"),
      headers: duration.prefault("10s"),
      bodyIdle: duration.prefault("60s"),
      upstreamHeaders: duration.prefault("60s"),
      keepAlive: duration.prefault("75s"),
      drain: duration.prefault("25s"),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
      requests: z.enum(["all", "refused", "none"]).default("all"),
    })
    .prefault({}),
});

/** A configuration that was checked: what starts. */
export type Config = z.output<typeof configSchema>;

/** The schema for editors, as `config/postern.schema.json` holds it. */
export function toJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input" });
}
