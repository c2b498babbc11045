import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import { METHODS } from "./application-request.ts";
import { connectArn, ON_CONNECTION } from "./call.ts";
import { stageArn } from "./stage.ts";

/**
 * Every action that requests to an API can need, on what.
 *
 * @throws Refusal internal: an upstream without an account or an API, which the configuration does not let through
 */
export function askedOfExecuteApi(upstream: Upstream): readonly Asked[] {
  const stage = stageArn(upstream);
  const connect: ResourceShape = { prefix: connectArn(upstream), rest: "nothing" };
  const calls = [...METHODS.flatMap((method) => pathsOf(`${stage}${method}/`)), connect];
  const connections = [...ON_CONNECTION.keys()].map((method): ResourceShape => ({
    prefix: `${stage}${method}/@connections/`,
    rest: "name",
  }));
  return [
    ...calls.map((resource): Asked => ({ action: "execute-api:Invoke", resource, covers: [] })),
    ...connections.map((resource): Asked => ({
      action: "execute-api:ManageConnections",
      resource,
      covers: ["execute-api:Invoke"],
    })),
  ];
}

/** One segment, more of them, or none. */
function pathsOf(prefix: string): readonly ResourceShape[] {
  return [
    { prefix, rest: "name" },
    { prefix, rest: "path" },
    { prefix, rest: "nothing" },
  ];
}
