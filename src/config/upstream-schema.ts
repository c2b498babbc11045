import { z } from "zod";
import { SERVICE_NAMES } from "../aws/services.ts";
import { asHttpUrl, PATH_PREFIX, upstreamEndpointProblem } from "./address.ts";
import { apiFields, identityHeaders } from "./api-schema.ts";
import { bucketName } from "./bucket-name.ts";
import { corsSchema } from "./cors-schema.ts";
import { webSocketSchema } from "./websocket-schema.ts";
import { account, distinct, nameSchema, region, sizeWithin, unless, written } from "./values.ts";

/** What the Host of a request may be. */
const HOST = /^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

const match = z
  .strictObject({
    host: written(HOST, "a host is written like files.example.com")
      .toLowerCase()
      .optional()
      .describe("Equal to the request's Host."),
    pathPrefix: written(PATH_PREFIX, "a path prefix is written like /files")
      .optional()
      .describe("Taken off before the path is read. Of several that fit the longest counts."),
  })
  .refine(
    (match) => match.host !== undefined || match.pathPrefix !== undefined,
    "match needs host or pathPrefix",
  );

/** An endpoint as it is in one region. */
export function inRegion(endpoint: string, region: string): string {
  return endpoint.replaceAll("{region}", region);
}

const regionalEndpoint = unless((text) => upstreamEndpointProblem(inRegion(text, "us-east-1"))).transform(
  asHttpUrl,
);

const addressing = z
  .strictObject({
    hostSuffix: written(
      /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i,
      "a host suffix is written like s3.localhost, without a port",
    )
      .toLowerCase()
      .optional()
      .describe("Clients may name the bucket before it in Host: reports.s3.localhost."),
    style: z
      .enum(["path", "virtual-hosted"])
      .default("path")
      .describe("Where the bucket stands in what is sent: first in the path, or before the endpoint's host."),
    bucket: bucketName
      .optional()
      .describe(
        "The one bucket that the endpoint stands for, as that of an access point or a custom domain.",
      ),
    accessPoint: written(
      /^arn:[a-z-]+:s3:[a-z0-9-]*:\d{12}:accesspoint\/[a-z0-9.-]+$/,
      "an access point is written as its ARN, arn:aws:s3:us-east-1:123456789012:accesspoint/name",
    )
      .optional()
      .describe("The access point that the endpoint is: rules must allow it and the bucket."),
  })
  .refine(
    ({ accessPoint, bucket }) => accessPoint === undefined || bucket !== undefined,
    "an access point needs the bucket that it is of",
  )
  .refine(
    ({ style, bucket }) => style === "path" || bucket === undefined,
    "an endpoint that stands for one bucket has no bucket before its host",
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

/** What Postern writes itself, or takes out: the signature, credentials, framing, and what the decision was made on. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-expected-bucket-owner",
  "x-amz-region-set",
  "x-amz-s3session-token",
  "x-amz-security-token",
  "x-amz-source-expected-bucket-owner",
  "x-amz-target",
  "x-amz-trailer",
  "x-amz-user-agent",
]);

const headerName = written(
  /^[Xx]-[Aa][Mm][Zz]-[A-Za-z0-9-]+$/,
  "it is for x-amz- headers; of others it is fixed which are sent",
)
  .toLowerCase()
  .refine((name) => !OWN_HEADERS.has(name), "Postern writes this header itself, or takes it out");

const queryName = written(
  /^(?![Xx]-[Aa][Mm][Zz]-)[!-~]+$/,
  "x-amz- names in a query are a signature, or headers where no rule sees them",
);

/** An AWS service that may be called, at one endpoint. */
export const upstreamSchema = z.strictObject({
  service: written(/^[a-z0-9-]{2,63}$/, "a signing name is written like s3, execute-api or sqs")
    .meta({ examples: [...SERVICE_NAMES] })
    .describe("Its signing name. One that Postern does not know takes protocol and operations."),
  region: region.optional().describe("The region it is in. Default aws.region."),
  regions: distinct(region)
    .min(1)
    .optional()
    .describe("Several regions in place of one; the first is that of requests that name none."),
  endpoint: regionalEndpoint
    .optional()
    .describe(
      "Scheme, host and port, where it is not the regional endpoint of AWS. {region} stands for the region. Of execute-api: with the base path of a custom domain. Of iotdevicegateway, and required there: the account's own, like wss://PREFIX-ats.iot.{region}.amazonaws.com.",
    ),
  insecureHttp: z
    .boolean()
    .default(false)
    .describe("Take an http: endpoint on another machine. Bodies are then hashed, up to maxBody."),
  addressing: addressing.prefault({}).describe("Of S3: how buckets are named, by clients and at AWS."),
  account: account
    .optional()
    .describe("Default aws.account. Written here, S3 refuses buckets of any other account."),
  credentials: z
    .string()
    .min(1)
    .optional()
    .describe("The source, on this upstream, of rules that name none. Default: the default source."),
  ...apiFields,
  auth: z
    .enum(["iam", "token"])
    .default("iam")
    .describe("Of execute-api: sign with the caller's credentials, or send the caller's access token."),
  identityHeaders: identityHeaders
    .default({})
    .describe("Of APIs and function URLs: claims by the header that tells them. A client's own never cross."),
  websocket: webSocketSchema
    .optional()
    .describe(
      "Of WebSocket APIs and of iotdevicegateway, where {} is the default: which connections are opened, and for how long.",
    ),
  iotPolicy: written(/^[\w+=,.@-]{1,128}$/, "an IoT policy is named with letters, digits and +=,.@_-")
    .optional()
    .describe(
      "Of iotdevicegateway: the IoT policy that Postern attaches to the identity of a user who connects, as AWS wants it. Postern's own AWS credentials need iot:AttachPolicy and iot:GetPolicy for it.",
    ),
  cors: corsSchema.optional().describe("Which pages may call from a browser. Preflights are answered here."),
  maxBody: sizeWithin("1B", "256MiB")
    .prefault("16MiB")
    .describe(
      "Of a body that is read before it is sent, to be decided or hashed: all but those of objects of S3, which have no limit.",
    ),
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
    .array(headerName)
    .default([])
    .describe("Headers let through besides those that Postern knows."),
  allowQuery: z
    .array(queryName)
    .default([])
    .describe("Query names let through besides those that Postern knows."),
});

/** The upstreams, by name. */
export const upstreamsSchema = z
  .record(nameSchema, upstreamSchema)
  .refine((upstreams) => Object.keys(upstreams).length > 0, "it names no upstream")
  .describe("AWS services by a name of your own.");
