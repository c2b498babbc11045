import { z } from "zod";
import { SERVICE_NAMES } from "../aws/services.ts";
import { account, endpoint, nameSchema, region, sizeWithin, written } from "./values.ts";

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

const tableName = written(
  /^[\w.-]{3,255}$/,
  "a table or an index is named with 3 to 255 letters, digits and _.-",
);
const attribute = z.string().min(1).max(255);

/** Key schemas, without which nobody can tell the leading keys of a request (DynamoDB, KeySchema). */
const tables = z.record(
  tableName,
  z.strictObject({
    partitionKey: attribute.describe("The attribute that is the table's partition key."),
    indexes: z
      .record(tableName, attribute)
      .default({})
      .describe("The partition key of each secondary index that requests may name."),
  }),
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
  credentials: z
    .string()
    .min(1)
    .optional()
    .describe("The source, on this upstream, of rules that name none. Default: the default source."),
  maxBody: sizeWithin("1B", "256MiB")
    .prefault("16MiB")
    .describe("Of a body that must be read to be decided. Bodies that are passed on have no limit."),
  match: match
    .optional()
    .describe(
      "Requests for this upstream, looked at before anything else; it is reached in no other way then.",
    ),
  tables: tables
    .default({})
    .describe(
      "Of DynamoDB: keys by table, for conditions on dynamodb:LeadingKeys. Of others they are unknown.",
    ),
  allowHeaders: z
    .array(z.string().min(1).toLowerCase())
    .default([])
    .describe("Headers let through besides those that Postern knows."),
  allowQuery: z
    .array(z.string().min(1))
    .default([])
    .describe("Query names let through besides those that Postern knows."),
});

/** The upstreams, by name. */
export const upstreamsSchema = z
  .record(nameSchema, upstreamSchema)
  .refine((upstreams) => Object.keys(upstreams).length > 0, "it names no upstream")
  .describe("AWS services by a name of your own.");
