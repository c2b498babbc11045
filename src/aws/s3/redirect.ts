import type { ErrorAnswer } from "../service.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d$/;
const IN_BODY = /<Region>(?<region>[a-z0-9-]{1,32})<\/Region>/;

/**
 * Reads where a bucket is from S3's answer to a request that went to another region: a redirect, or a 400 about the
 * signature's scope (S3 API reference, error responses: PermanentRedirect, TemporaryRedirect,
 * AuthorizationHeaderMalformed). An address that it names is not looked at.
 *
 * @returns the region; `unknown` for a redirect that names none; undefined for what is no redirect
 */
export function redirectOfS3({ method, status, header, body }: ErrorAnswer): string | undefined {
  const isRedirect = REDIRECTS.has(status);
  const isOfScope =
    status === 400 && (method === "HEAD" || body.includes("<Code>AuthorizationHeaderMalformed</Code>"));
  if (!isRedirect && !isOfScope) return undefined;
  const region = header("x-amz-bucket-region") ?? IN_BODY.exec(body)?.groups?.["region"];
  if (region !== undefined && REGION.test(region)) return region;
  return isRedirect ? "unknown" : undefined;
}
