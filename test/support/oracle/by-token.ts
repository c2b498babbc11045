import type { LocalAws } from "../../../src/local/aws.ts";
import { authorizeToken } from "../../../src/local/gateway/authorizer.ts";
import { addresseeOf } from "../../../src/local/guard/addressee.ts";
import { parseGateway, readGatewayTarget } from "../../../src/local/guard/gateway-request.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import { readHead, singleHeader } from "../../../src/local/guard/request-head.ts";
import type { LocalRequest } from "../../../src/local/request.ts";

/** What a request needs whose token an API looks at, and whose token that is. */
export interface ReadByToken {
  readonly seen: readonly Seen[];
  /** `sub` of a user; undefined for a machine. */
  readonly subject: string | undefined;
}

/**
 * Reads a request to an API that has an authorizer for tokens; undefined for any other.
 *
 * @throws LocalError
 */
export async function readByToken(
  request: LocalRequest,
  { world, identity }: LocalAws,
): Promise<ReadByToken | undefined> {
  const head = readHead(request);
  const addressee = addresseeOf((name) => singleHeader(head, name), world);
  if (addressee?.kind !== "api" || addressee.api?.authorizer !== "cognito") return undefined;
  const target = readGatewayTarget(head.path, addressee, world);
  const { requirements } = parseGateway(head, target, world);
  const options = { tokens: identity.tokens, now: Date.now };
  const claims = await authorizeToken(target.api, singleHeader(head, "authorization"), options);
  const isUser = claims["username"] !== undefined || claims["cognito:username"] !== undefined;
  return {
    seen: requirements.map(({ action, resource }) => ({ service: "execute-api", action, resource })),
    subject: isUser ? String(claims["sub"]) : undefined,
  };
}
