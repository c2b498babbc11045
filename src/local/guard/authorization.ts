import { LocalError } from "../request.ts";
import { readCredential, readSignedHeaders } from "./credential.ts";
import type { Authorization } from "./credential.ts";
import { refuse } from "./fault.ts";
import type { Dialect } from "./fault.ts";
import { readPresigned } from "./presigned.ts";
import { singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { dialectOf, rulesOf } from "./service-rules.ts";
import { basicTime, isBasicTime } from "./timestamp.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const SIGV4_ONLY =
  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";

/**
 * Reads the signature of a request from its `Authorization` header or its query.
 *
 * @throws LocalError in the dialect of the service.
 */
export function readAuthorization(head: RequestHead): Authorization {
  const names = new Set(head.query.map(([name]) => name));
  const header = head.headers.get("authorization");
  if (names.has("X-Amz-Algorithm") || names.has("X-Amz-Signature") || names.has("X-Amz-Credential")) {
    if (header !== undefined) throw twoMechanisms(header[0] ?? "");
    return readPresigned(head);
  }
  const dialect = dialectOf(head);
  if (header === undefined) {
    if (names.has("AWSAccessKeyId")) throw new LocalError("InvalidRequest", SIGV4_ONLY, 400);
    throw refuse("missing-authentication", dialect);
  }
  return readHeader(head, singleHeader(head, "authorization") ?? "", dialect);
}

function readHeader(head: RequestHead, value: string, dialect: Dialect): Authorization {
  if (!value.startsWith(`${ALGORITHM} `)) throw otherScheme(value, dialect);
  const parameters = readParameters(value.slice(ALGORITHM.length + 1), dialect);
  const malformed = (message: string): LocalError => malformedHeader(message, dialect);
  const { accessKeyId, scope } = readCredential(parameters.get("Credential") ?? "", malformed);
  return {
    form: "header",
    accessKeyId,
    scope,
    signedHeaders: readSignedHeaders(parameters.get("SignedHeaders") ?? ""),
    signature: parameters.get("Signature") ?? "",
    timestamp: readTimestamp(head, rulesOf(scope.service).dialect),
    token: singleHeader(head, "x-amz-security-token"),
  };
}

function readParameters(text: string, dialect: Dialect): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const piece of text.split(",")) {
    const equals = piece.indexOf("=");
    const name = piece.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0 || parameters.has(name))
      throw malformedHeader(`'${piece.trim()}' is not one key=value.`, dialect);
    parameters.set(name, piece.slice(equals + 1).trim());
  }
  for (const name of ["Credential", "SignedHeaders", "Signature"]) {
    if (!parameters.has(name))
      throw malformedHeader(`Authorization header requires '${name}' parameter.`, dialect);
  }
  return parameters;
}

/** `X-Amz-Date`, or `Date` where that is absent; two of either are none. */
function readTimestamp(head: RequestHead, dialect: Dialect): string {
  const timestamp = singleHeader(head, "x-amz-date");
  if (timestamp !== undefined && isBasicTime(timestamp)) return timestamp;
  const date = head.headers.has("x-amz-date") ? Number.NaN : Date.parse(singleHeader(head, "date") ?? "");
  if (!Number.isNaN(date)) return basicTime(date);
  const message = "AWS authentication requires a valid Date or x-amz-date header";
  if (dialect === "s3") throw new LocalError("AccessDenied", message, 403);
  throw refuse("malformed-authorization", dialect, { message });
}

function otherScheme(value: string, dialect: Dialect): LocalError {
  if (dialect !== "s3")
    return malformedHeader("Authorization header requires 'Credential' parameter.", dialect);
  if (value.startsWith("AWS ")) return new LocalError("InvalidRequest", SIGV4_ONLY, 400);
  const fields = { ArgumentName: "Authorization", ArgumentValue: value };
  return new LocalError("InvalidArgument", "Unsupported Authorization Type", 400, fields);
}

function twoMechanisms(value: string): LocalError {
  const message =
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
  const fields = { ArgumentName: "Authorization", ArgumentValue: value };
  return new LocalError("InvalidArgument", message, 400, fields);
}

function malformedHeader(message: string, dialect: Dialect): LocalError {
  const prefix = dialect === "s3" ? "The authorization header is malformed; " : "";
  return refuse("malformed-authorization", dialect, { message: prefix + message });
}
