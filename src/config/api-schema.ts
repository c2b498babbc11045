import { z } from "zod";
import { PROTOCOLS } from "../aws/api/model.ts";
import { distinct, duration, written } from "./values.ts";

/** The API of an upstream of API Gateway. */
const api = z.strictObject({
  id: written(/^[a-z0-9]{1,64}$/, "an API is named with lower-case letters and digits").describe(
    "As in its ARNs.",
  ),
  stage: written(
    /^(?:\$default|[A-Za-z0-9_-]{1,128})$/,
    "a stage is named with letters, digits, _ and -, or is $default",
  ).describe("As in its ARNs; $default where an HTTP API has no other."),
  sendId: z
    .boolean()
    .optional()
    .describe("Send x-apigw-api-id. Default: where the endpoint is a VPC endpoint's own host."),
});

const functionUrl = z.strictObject({
  name: written(
    /^[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,128})?$/,
    "a function is named as in its ARN, with : and an alias where the URL is that of an alias",
  ),
  urlId: written(/^[a-z0-9]{1,64}$/, "a function URL begins with lower-case letters and digits")
    .optional()
    .describe("What its host begins with; left out where endpoint says it."),
});

/** An action as IAM writes it. */
const action = written(/^[a-z0-9-]+:[A-Za-z0-9]+$/, "an action is written like kinesis:PutRecord");
const operationName = written(/^[A-Za-z][A-Za-z0-9]{0,127}$/, "an operation is named like PutRecord");

const operation = z.strictObject({
  action: action.optional().describe("Default: the action prefix and the operation's own name."),
  covers: distinct(action).default([]).describe("Actions with the same effect: a deny of one counts here."),
  route: written(
    /^(?:GET|HEAD|PUT|POST|DELETE|PATCH) \/[\x21-\x7e]*$/,
    "a route is written like POST /functions/{FunctionName}/invocations",
  )
    .optional()
    .describe("Of rest-json."),
  resources: z
    .array(z.string().min(1).max(512))
    .optional()
    .describe(
      "ARNs with members of the request in braces, or {Member} alone where it is an ARN. Left out, what it touches is unknown, and only a rule on everything allows it.",
    ),
});

/** What an upstream is told of an API. */
export const apiFields = {
  api: api.optional().describe("Of execute-api: which API this is."),
  function: functionUrl
    .optional()
    .describe("Of lambda: call the function's URL, in place of Lambda's own API."),
  protocol: z
    .enum(PROTOCOLS as readonly [string, ...string[]])
    .optional()
    .describe("How the service is spoken to; default the usual one of a service that Postern knows."),
  target: written(/^[A-Za-z0-9_.]{1,128}$/, "a target is written like Kinesis_20131202")
    .optional()
    .describe(
      "Of json and rpc-v2-cbor, for a service that Postern does not know: what stands before the operation.",
    ),
  apiVersion: written(/^\d{4}-\d{2}-\d{2}$/, "a version is written like 2010-03-31")
    .optional()
    .describe("Of query, for a service that Postern does not know."),
  actionPrefix: written(/^[a-z0-9-]+$/, "what actions begin with, such as kinesis")
    .optional()
    .describe("For a service that Postern does not know; default its signing name."),
  operations: z
    .record(operationName, operation)
    .default({})
    .describe(
      "Operations that Postern does not know, or is to read otherwise. What is not named is refused.",
    ),
} as const;

const claim = z.string().min(1).max(256);

/** A name that stands for the caller, and for nothing that AWS, Postern or a proxy means something by. */
const identityHeader = written(
  /^[Xx]-(?!(?:[Aa][Mm][Zz][Nn]?|[Pp][Oo][Ss][Tt][Ee][Rr][Nn]|[Ff][Oo][Rr][Ww][Aa][Rr][Dd][Ee][Dd]|[Aa][Pp][Ii][Gg][Ww])-)[A-Za-z0-9-]{1,64}$/,
  "an identity header is written like X-User, and is none of AWS's, Postern's or a proxy's",
).toLowerCase();

/** Header → claim. */
export const identityHeaders = z.record(
  identityHeader,
  z.union([
    claim,
    z.strictObject({
      claim,
      as: z
        .enum(["text", "json"])
        .default("text")
        .describe("text: a single value of visible ASCII; json: a JSON array of all values in base64url."),
    }),
  ]),
);

const origin = z
  .string()
  .refine(isOrigin, "an origin is written as browsers do: https://app.example.com, without a path");

/** Whether a text is an origin as a browser serialises it; `*`, `null` and patterns are none. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const field = written(/^[A-Za-z0-9-]{1,64}$/, "a header's name").toLowerCase();

/** Which pages may call. */
export const cors = z.strictObject({
  origins: distinct(origin).min(1).describe("Compared by equality."),
  allowHeaders: distinct(field)
    .default([])
    .describe("Headers that pages may send besides those of tokens, SDKs, conditions and bodies."),
  exposeHeaders: distinct(field)
    .default([])
    .describe("Headers of answers that pages may read besides ETag, checksums, metadata and request ids."),
  maxAge: duration.prefault("10m").describe("For which a browser need not ask again."),
});

/** Postern's own pages for callers. All but whoami are off until they are named here. */
export const selfServiceSchema = z
  .strictObject({
    presign: z
      .strictObject({
        maxExpires: duration
          .prefault("15m")
          .describe("No URL lives longer, nor than its credentials and token."),
      })
      .optional()
      .describe("/.postern/presign: URLs for what the caller may do at S3."),
    credentials: z
      .strictObject({
        real: z
          .boolean()
          .default(false)
          .describe("Give a role's real credentials to whom a rule allows postern:GetCredentials on it."),
      })
      .optional()
      .describe(
        "/.postern/credentials: what SDKs sign with; placeholders, with the token for a session token.",
      ),
    origins: distinct(origin).default([]).describe("Pages that may call whoami and presign from a browser."),
  })
  .prefault({});
