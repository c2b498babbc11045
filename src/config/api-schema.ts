import { z } from "zod";
import { PROTOCOLS } from "../aws/api/model.ts";
import { distinct, written } from "./values.ts";

/** The API of an upstream of API Gateway. */
const api = z.strictObject({
  id: written(/^[a-z0-9]{1,64}$/, "an API's id is of lower-case letters and digits, as in its ARNs").describe(
    "As in its ARNs.",
  ),
  stage: written(
    /^(?:\$default|[A-Za-z0-9_-]{1,128})$/,
    "a stage is named with letters, digits, _ and -, or is $default",
  ).describe("As in its ARNs; $default where an HTTP API has no other."),
  otherStages: distinct(written(/^[A-Za-z0-9_-]{1,128}$/, "a stage is named with letters, digits, _ and -"))
    .optional()
    .describe(
      "Where stage is $default: the API's other stages. AWS gives them every path that begins with their name, and Postern refuses those.",
    ),
  otherMappings: distinct(
    written(
      /^(?=.{1,300}$)[\w$.+!*'()-]+(?:\/[\w$.+!*'()-]+)*$/,
      "a mapping is written as the domain has it, like orders or orders/v2",
    ),
  )
    .optional()
    .describe(
      "At a custom domain: the paths of its other API mappings, whole. AWS gives a path to the longest that fits, and Postern refuses what would go to another.",
    ),
  sendId: z
    .boolean()
    .optional()
    .describe("Send x-apigw-api-id. Default: where the endpoint is a VPC endpoint's own host."),
});

const functionUrl = z.strictObject({
  name: written(
    /^[A-Za-z0-9_-]{1,64}(?::(?![0-9]+$)[A-Za-z0-9_-]{1,128})?$/,
    "a function is named as in its ARN, with : and an alias where the URL is that of an alias",
  ).describe("As in its ARN; NAME:ALIAS where the URL is that of an alias."),
  urlId: written(/^[a-z0-9]{1,64}$/, "what a function URL begins with is of lower-case letters and digits")
    .optional()
    .describe("What its host begins with, before .lambda-url; left out where endpoint says it."),
});

const action = written(/^[a-z0-9-]+:[A-Za-z0-9]+$/, "an action is written like kinesis:PutRecord");
const operationName = written(
  /^[A-Za-z][A-Za-z0-9]{0,127}$/,
  "an operation is named as its API has it, like PutRecord",
);

/** Method, segments, and what the query must say: `POST /functions/{FunctionName}/invocations`, `GET /layers?find=Layer`. */
const ROUTE =
  /^(?:GET|HEAD|PUT|POST|DELETE|PATCH) (?:\/(?:[A-Za-z0-9_~@:-][A-Za-z0-9._~@:-]*|\{[A-Za-z][A-Za-z0-9_-]*\+?\}))*\/?(?:\?[A-Za-z0-9._~=&-]+)?$/;

const operation = z.strictObject({
  action: action
    .optional()
    .describe("The IAM action. Default: the action prefix and the operation's own name."),
  covers: distinct(action)
    .optional()
    .describe("Actions with the same effect: a deny of one of them is a deny of this."),
  route: written(ROUTE, "a route is written like POST /functions/{FunctionName}/invocations")
    .optional()
    .describe("Of rest-json: method and path, with members of the request in braces."),
  resources: z
    .array(z.string().min(1).max(512))
    .optional()
    .describe(
      "What it touches: ARNs with members of the request in braces, or {Member} alone where it is an ARN. Left out, that is unknown, and only a rule on everything allows it; [] says that IAM knows none.",
    ),
});

/** What an upstream is told of an API. */
export const apiFields = {
  api: api.optional().describe("Of execute-api, and required there: which API this is."),
  function: functionUrl
    .optional()
    .describe("Of lambda: the function that is called by its URL, in place of Lambda's own API."),
  protocol: z
    .enum(PROTOCOLS)
    .optional()
    .describe("How the service is spoken to. Default: as SDKs do, where Postern knows the service."),
  target: written(/^[A-Za-z0-9_.]{1,128}$/, "a target is written like Kinesis_20131202")
    .optional()
    .describe("Of json and rpc-v2-cbor: what stands before the operation's name."),
  jsonVersion: written(/^1\.[01]$/, 'a version of json is "1.0" or "1.1", in quotes')
    .optional()
    .describe('Of json: the version in its content type. Default "1.1".'),
  apiVersion: written(/^\d{4}-\d{2}-\d{2}$/, 'a version is a day in quotes, like "2010-03-31"')
    .optional()
    .describe("Of query: the Version of every request."),
  actionPrefix: written(/^[a-z0-9-]{2,63}$/, "what actions begin with is written like kinesis")
    .optional()
    .describe("For a service that Postern does not know: what its actions begin with. Default: service."),
  operations: z
    .record(operationName, operation)
    .default({})
    .describe(
      "Operations that Postern does not know, or of which more is to be told. What is not named is refused.",
    ),
} as const;

const claim = z.string().min(1).max(256);

/** Beginnings of names by which AWS, Postern, or a proxy before the application means something of its own. */
const TAKEN_NAMES =
  /^x-(?:amzn?|postern|forwarded|original|rewrite|http|method|apigw|accel|envoy)-|^x-(?:real-ip|rewrite-url|request-id)$/;

const identityHeader = written(
  /^[Xx]-[A-Za-z0-9-]{1,64}$/,
  "a header that tells who the caller is begins with X-, like X-User",
)
  .toLowerCase()
  .refine(
    (name) => !TAKEN_NAMES.test(name),
    "AWS, Postern or a proxy means something else by this header; take another, like X-User",
  );

const CLAIM = "it must be the name of a claim, or { claim: NAME, as: json }";

/** Header → claim. */
export const identityHeaders = z.record(
  identityHeader,
  z.union(
    [
      claim.transform((name) => ({ claim: name, as: "text" as const })),
      z.strictObject({
        claim: claim.describe("The claim of the caller's token."),
        as: z
          .enum(["text", "json"])
          .default("text")
          .describe("text: a single value of visible ASCII; json: a JSON array of all values in base64url."),
      }),
    ],
    CLAIM,
  ),
);
