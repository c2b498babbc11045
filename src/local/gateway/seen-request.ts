import type { RequestHead } from "../guard/request-head.ts";
import type { Session } from "../session.ts";

/** Headers that a back end is not shown where IAM is asked: the signature is between caller and AWS. */
const OF_SIGNATURE: ReadonlySet<string> = new Set([
  "authorization",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
]);

/** A request as a back end sees it. */
export interface SeenRequest {
  /** By name in lower case; several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded; all the values of a name in order of arrival. */
  readonly query: Readonly<Record<string, readonly string[]>>;
}

/** What of a request reaches a back end; `signed` says whether it carried a signature. */
export function seenBy(head: RequestHead, signed: "signed" | "not-signed"): SeenRequest {
  const isSigned = signed === "signed";
  const headers = [...head.headers].filter(([name]) => !isSigned || !OF_SIGNATURE.has(name));
  const query = new Map<string, string[]>();
  for (const [name, value] of head.query) {
    if (isSigned && name.startsWith("X-Amz-")) continue;
    query.set(text(name), [...(query.get(text(name)) ?? []), text(value)]);
  }
  return {
    headers: Object.fromEntries(headers.map(([name, values]) => [name, text(values.join(","))])),
    query: Object.fromEntries(query),
  };
}

/** Who called, as API Gateway and Lambda tell a back end. */
export interface IamIdentity {
  readonly accountId: string;
  readonly accessKey: string;
  /** `AROA…:SESSION`. */
  readonly userId: string;
  readonly userArn: string;
  /** Of a session that an identity pool gave. */
  readonly cognitoIdentityId?: string;
  readonly cognitoIdentityPoolId?: string;
}

/** The identity of a session. */
export function identityOf({ accessKeyId, userId, assumedRoleArn, context }: Session): IamIdentity {
  const [, , , , accountId = ""] = assumedRoleArn.split(":");
  const identityId = context["cognito-identity.amazonaws.com:sub"];
  const poolId = context["cognito-identity.amazonaws.com:aud"];
  return {
    accountId,
    accessKey: accessKeyId,
    userId,
    userArn: assumedRoleArn,
    ...(typeof identityId === "string" && { cognitoIdentityId: identityId }),
    ...(typeof poolId === "string" && { cognitoIdentityPoolId: poolId }),
  };
}

/** Bytes that were kept one a character, as the text that they are. */
function text(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
