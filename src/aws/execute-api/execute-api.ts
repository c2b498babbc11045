import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine, Operation, Requirement } from "../../domain/operation.ts";
import type { Service, Upstream } from "../service.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type ApplicationRequest, readApplicationRequest } from "./application-request.ts";
import { readCall, readConnect } from "./call.ts";
import { refuseAsApiGateway } from "./errors.ts";
import { placeOf } from "./stage.ts";

/** Amazon API Gateway: REST, HTTP and WebSocket APIs as their callers see them. */
export const executeApi: Service = {
  recognise,
  refuse: refuseAsApiGateway,
  // The application may write what AWS would.
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "application",
  repeats: "idempotent",
  webSocket: { open, carries: "raw" },
};

function recognise(head: Head, upstream: Upstream): Operation {
  const { method, path, query, headers } = readApplicationRequest(head, upstream);
  const { name, requirement } = readCall(method, path, upstream);
  const requirements = [counted(requirement, head.headers)];
  return operation({ name, requirements, method, path, query, headers }, upstream);
}

/** With a `/` at its end or without, it is one path to the client, and one that is sent. */
function open(head: Head, upstream: Upstream): Operation {
  const { method, path, query, headers } = readApplicationRequest(head, upstream);
  if (method !== "GET") throw new Refusal("method-not-allowed");
  const requirements = [readConnect(path, upstream)];
  const base = placeOf(upstream).basePath || "/";
  return operation({ name: "Connect", requirements, method, path: base, query, headers }, upstream);
}

type Asked = Pick<Operation, "name" | "requirements" | keyof ApplicationRequest>;

function operation(asked: Asked, upstream: Upstream): Operation {
  return {
    ...asked,
    upstream: upstream.name,
    service: "execute-api",
    region: upstream.region,
    headers: [...asked.headers, ...idLines(upstream)],
    payload: { kind: "streamed" },
  };
}

/** Which API is meant, where the host does not say so. */
function idLines(upstream: Upstream): readonly HeaderLine[] {
  const { id, sendsId } = placeOf(upstream);
  return sendsId ? [["x-apigw-api-id", id]] : [];
}

const EMPTIES_CACHE = /max-age\s*=\s*"?0/i;

/**
 * Who asks for nothing from a cache empties that of API Gateway (developer guide, invalidate a method cache entry), so
 * that a deny of that counts. No allow needs to name it: browsers ask so whenever a page is loaded anew, and whether a
 * role may is AWS's to say.
 */
function counted(requirement: Requirement, headers: Headers): Requirement {
  if (!EMPTIES_CACHE.test(headers.get("cache-control") ?? "")) return requirement;
  return { ...requirement, covers: [...(requirement.covers ?? []), "execute-api:InvalidateCache"] };
}
