import { addresseeOf } from "./guard/addressee.ts";
import type { HeaderOf } from "./guard/addressee.ts";
import type { LocalRequest } from "./request.ts";
import type { World } from "./world.ts";

type Head = Pick<LocalRequest, "target" | "rawHeaders">;

const JSON_PREFIXES = {
  "AWSCognitoIdentityService.": "cognito-identity",
  "AWSCognitoIdentityProviderService.": "cognito-idp",
} as const;

/**
 * The service that a request is for, as far as its head tells: by its host where that is of an API or a function, by
 * what it is signed for, by what it looks like. A request that tells nothing is S3's.
 */
export function serviceOf(head: Head, world: World): string {
  const { target, rawHeaders } = head;
  const header = headersOf(rawHeaders);
  const addressee = addresseeOf(header, world);
  if (addressee !== undefined) return addressee.kind === "function" ? "lambda" : "execute-api";
  const amzTarget = header("x-amz-target") ?? "";
  for (const [prefix, service] of Object.entries(JSON_PREFIXES))
    if (amzTarget.startsWith(prefix)) return service;
  const named = signedFor(header("authorization") ?? "") ?? signedFor(target);
  if (named !== undefined) return named;
  if (amzTarget !== "") return "dynamodb";
  return header("content-type")?.startsWith("application/x-www-form-urlencoded") === true ? "sts" : "s3";
}

const SCOPE = /Credential=[^/&, ]+(?:\/|%2F)\d{8}(?:\/|%2F)[^/%]+(?:\/|%2F)([\w-]+)(?:\/|%2F)aws4_request/i;

function signedFor(text: string): string | undefined {
  return SCOPE.exec(text)?.[1];
}

/** Whether a request carries, or claims to carry, a signature of version 4. */
export function isSigned({ target, rawHeaders }: Head): boolean {
  return (
    /[?&]X-Amz-(Algorithm|Signature)=/.test(target) ||
    headersOf(rawHeaders)("authorization")?.startsWith("AWS4-") === true
  );
}

/** The first value of a header, by its name in lower case. */
export function headersOf(rawHeaders: readonly string[]): HeaderOf {
  return (name) => {
    const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
    return at === -1 ? undefined : (rawHeaders[at + 1] ?? "");
  };
}
