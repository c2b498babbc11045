import type { KnownAction } from "../domain/known-action.ts";

/** To be handed credentials of a role, which is the resource: from then on nobody asks Postern. */
export const GET_CREDENTIALS = "postern:GetCredentials";

/** Whether an action pattern of a rule is about Postern's own actions, of which AWS knows nothing. */
export function isOwnAction(pattern: string): boolean {
  return pattern.startsWith("postern:");
}

/** Postern's own actions, as those of services are told, in each of some partitions. */
export function ownActions(partitions: readonly string[]): readonly KnownAction[] {
  // What has no slash ends in `:role`; a path may stand before the role's name.
  const resources = partitions.map((one) => ({ prefix: `arn:${one}:iam::`, rest: "path" }) as const);
  return [{ action: GET_CREDENTIALS, asked: true, resources, siblings: [] }];
}
