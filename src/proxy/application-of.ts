import type { Application } from "../upstream/signed-request.ts";
import type { Routed } from "./live.ts";

/**
 * What the answers of an upstream's application need; undefined where AWS itself answers.
 *
 * @param mount what the client has in its path in place of the API's base path
 * @param ownCookie name of the cookie in which Postern takes tokens; undefined where it takes none
 */
export function applicationOf(
  { service, host, upstream }: Pick<Routed, "service" | "host" | "upstream">,
  mount: string,
  ownCookie: string | undefined,
): Application | undefined {
  if (service.speaker === "aws") return undefined;
  return { host, basePath: upstream.api?.basePath ?? "", mount, ownCookie };
}
