import type { ErrorAnswer } from "../service.ts";
import { codeOfS3, isOfS3 } from "../signature-fault.ts";

/** Errors about the region that a request was signed for, or sent to (API reference, error responses). */
const OF_REGION: ReadonlySet<string | undefined> = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
const IN_BODY = /<Region>(?<region>[a-z0-9-]{1,32})<\/Region>/;

/**
 * Reads where a bucket is from S3's answer to a request that went to another region: a redirect (PermanentRedirect,
 * TemporaryRedirect), or a 400 about the region. HEAD has no body, so that any 400 to it counts that names a region: it
 * may be the one that was asked. An address that an answer names is not looked at.
 *
 * @returns the region; `unknown` for a redirect that names none, or that is not S3's own; undefined for what is no redirect
 */
export function redirectOfS3(answer: ErrorAnswer): string | undefined {
  const { method, status } = answer;
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  const isOfRegion = status === 400 && (method === "HEAD" || OF_REGION.has(codeOfS3(answer)));
  if (!isRedirect && !isOfRegion) return undefined;
  const region = isOfS3(answer) ? regionIn(answer) : undefined;
  return region ?? (isRedirect ? "unknown" : undefined);
}

function regionIn({ header, body }: ErrorAnswer): string | undefined {
  const region = header("x-amz-bucket-region") ?? IN_BODY.exec(body)?.groups?.["region"];
  return region !== undefined && REGION.test(region) ? region : undefined;
}
