import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { foldedName } from "../../upstream/application-headers.ts";
import type { Live } from "../live.ts";

/** Other targets and methods than were decided, to API Gateway or to what stands behind it. */
const CHOOSES_ANOTHER = /^x-(?:amz-|apigw-|http-method|method|original-|override-method|rewrite-)/;

/**
 * Refuses headers of a client that Postern itself would leave behind, and that an outer proxy may not: they choose
 * another target or method, or say who calls.
 *
 * @throws Refusal header-not-allowed
 */
export function checkCrossing(headers: Headers, { service, identityHeaders }: Live): void {
  if (service.speaker !== "application") return;
  for (const [name] of headers.entries()) {
    const read = foldedName(name);
    // Of AWS's own by their names the service has said already which it takes.
    const chooses = CHOOSES_ANOTHER.test(read) && !name.startsWith("x-amz-");
    if (chooses || identityHeaders.some((told) => told.name === read))
      throw new Refusal("header-not-allowed", { detail: `${name}, where an outer proxy sends the request` });
  }
}
