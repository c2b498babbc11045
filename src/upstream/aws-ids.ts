import { isNamed } from "./framing.ts";
import type { AwsIds } from "./signed-request.ts";

/** Of an answer that never came, or names itself nothing. */
export const NO_IDS: AwsIds = { requestId: undefined, extendedRequestId: undefined };

/** What AWS writes as ids, and more: base64, UUIDs. Whatever else stands there goes into no log. */
const ID = /^[A-Za-z0-9+/=_-]{1,128}$/;

/**
 * Reads what AWS calls a request.
 *
 * @param raw header lines as undici hands them over: name, value, name, value …
 */
export function awsIdsIn(raw: readonly Buffer[]): AwsIds {
  let requestId: string | undefined;
  let extendedRequestId: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as Buffer;
    if (isNamed(name, "x-amz-request-id") || isNamed(name, "x-amzn-requestid"))
      requestId ??= idOf(raw[i + 1] as Buffer);
    else if (isNamed(name, "x-amz-id-2")) extendedRequestId ??= idOf(raw[i + 1] as Buffer);
  }
  return requestId === undefined && extendedRequestId === undefined
    ? NO_IDS
    : { requestId, extendedRequestId };
}

function idOf(value: Buffer): string | undefined {
  const id = value.toString("latin1");
  return ID.test(id) ? id : undefined;
}
