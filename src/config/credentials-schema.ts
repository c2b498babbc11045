import { z } from "zod";
import { type Operation, QUOTAS } from "../credentials/quotas.ts";
import { redisProblem } from "./url-problem.ts";
import { durationOrNone, filePath, region, sessionDuration, unless, written } from "./values.ts";

const standing = {
  default: z
    .boolean()
    .default(false)
    .describe("Used by rules that name no source. A source that stands alone is the default anyway."),
  verifyRole: z
    .boolean()
    .default(true)
    .describe("Ask STS which role the credentials hold, and refuse any but the one that the rule names."),
};

/** How STS is asked for a role session, where the source asks it itself. */
const session = {
  sessionName: z
    .string()
    .min(1)
    .default("${claim:sub}")
    .describe("RoleSessionName, a template; what STS would not take in it is replaced."),
  sessionDuration: sessionDuration.prefault("1h").describe("How long a role session lasts: 15m to 12h."),
  downscope: z
    .boolean()
    .default(true)
    .describe(
      "Give each session a policy made from the deciding rule, so that AWS enforces what was decided.",
    ),
};

const acceptAnyTrustingRole = z
  .literal(true, {
    error:
      "whoever holds a login can assume every role that trusts the provider, without Postern; write true to accept that",
  })
  .describe("Accepts that every holder of a login can assume every role that trusts the provider.");

const identityPool = {
  type: z.literal("identity-pool").describe("An identity pool gives the credentials."),
  identityPoolId: written(
    /^[a-z]{2,}(?:-[a-z]+)+-\d:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "an identity pool id is written like us-east-1:00000000-0000-4000-8000-000000000001",
  ).describe("The identity pool's id."),
};

const enhanced = z.strictObject({
  ...identityPool,
  flow: z.literal("enhanced").default("enhanced").describe("The identity pool calls STS."),
  ...standing,
});

const basic = z.strictObject({
  ...identityPool,
  flow: z.literal("basic").describe("Postern calls STS with a token of the identity pool."),
  acceptAnyTrustingRole,
  ...session,
  ...standing,
});

const webIdentity = z.strictObject({
  type: z.literal("web-identity").describe("The caller's ID token is given to STS itself."),
  acceptAnyTrustingRole,
  region: region.optional().describe("Of STS. Default aws.region."),
  ...session,
  ...standing,
});

/** AWS allows 50, and policy adds `postern-sub`. */
const MAX_TAGS = 49;

const tagKey = written(
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  "a tag's key is of letters, digits, spaces and _.:/=+-@, at most 128",
).refine((key) => !/^aws:/i.test(key), "a tag's key does not begin with aws:, which is AWS's own");

const assumeRole = z.strictObject({
  type: z.literal("assume-role").describe("Postern assumes roles with the workload's own credentials."),
  region: region.optional().describe("Of STS. Default aws.region."),
  externalId: written(
    /^[\w+=,.@:/-]{2,1224}$/,
    "an external id is 2 to 1224 of letters, digits and _+=,.@:/-",
  )
    .optional()
    .describe("What the roles' trust policies ask for."),
  tags: z
    .record(tagKey, z.string().min(1))
    .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags: Postern adds one`)
    .default({})
    .describe("Session tags: templates by key."),
  ...session,
  ...standing,
});

/** A source of credentials. */
export const sourceSchema = z.discriminatedUnion("type", [
  z.discriminatedUnion("flow", [enhanced, basic]),
  webIdentity,
  assumeRole,
]);

/** A source of credentials, by its `type`. */
export type Source = z.output<typeof sourceSchema>;

const cache = z.strictObject({
  maxCallers: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Credentials that are kept; those used longest ago go first."),
  refreshAhead: durationOrNone
    .prefault("5m")
    .describe("How long before their end credentials are renewed; at most a fifth of their life."),
});

/** A Redis in which sidecars share sealed credentials. */
const shared = z.strictObject({
  url: unless(redisProblem).describe("rediss://HOST:PORT/DATABASE; redis: on loopback only."),
  keyFile: filePath.describe(
    "Keys that seal: KEYID:BASE64 of 32 bytes, one a line. The first seals, all open.",
  ),
  username: z
    .string()
    .min(1)
    .optional()
    .describe("Of Redis's access control list. Default: its default user."),
  passwordFile: filePath.optional().describe("A file that holds the password of Redis, and nothing else."),
  caFile: filePath.optional().describe("The authorities that Redis's certificate is held against, as PEM."),
  deployment: written(/^[\w.-]{1,64}$/, "a deployment's name is of letters, digits and _.-")
    .default("postern")
    .describe("Sidecars of one deployment share; those of another cannot."),
});

const rate = (operation: Operation) =>
  z.int().min(1).max(100_000).default(QUOTAS[operation]).describe("Calls a second.");

const rates = z.strictObject({
  GetId: rate("GetId"),
  GetOpenIdToken: rate("GetOpenIdToken"),
  GetCredentialsForIdentity: rate("GetCredentialsForIdentity"),
  AssumeRole: rate("AssumeRole"),
  AssumeRoleWithWebIdentity: rate("AssumeRoleWithWebIdentity"),
  GetCallerIdentity: rate("GetCallerIdentity"),
});

/** What stands in `credentials` beside the sources. */
const settings = {
  cache: cache.prefault({}).describe("Credentials in memory."),
  shared: shared.optional().describe("Credentials that sidecars share, sealed, by way of Redis."),
  rates: rates
    .prefault({})
    .describe("The most calls a second to each operation; AWS's quotas are the default."),
};

/** Names in `credentials` that are no sources. */
export const SETTINGS: ReadonlySet<string> = new Set(Object.keys(settings));

/** Where credentials come from: sources by name, and settings that they share. */
export const credentialsSchema = z
  .object(settings)
  .catchall(sourceSchema)
  .describe("Credential sources by name, and settings that they share.");
