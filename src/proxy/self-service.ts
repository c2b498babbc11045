import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Credentials } from "../domain/credentials.ts";
import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";
import { checkDoor } from "./door.ts";
import type { Pipeline } from "./handle.ts";
import { giveUp, hasBody, toRefusal } from "./respond.ts";
import type { Visit } from "./visit.ts";

/** What self-service needs to know besides the pipeline. */
export interface SelfServiceOptions {
  readonly pipeline: () => Pipeline;
  /** Credentials that are at hand for a permit; nothing is exchanged to answer a question. */
  readonly peek: (permit: Permit, caller: Caller) => Credentials | undefined;
  /** Configured names of the upstreams, with their services. */
  readonly upstreams: readonly { readonly name: string; readonly service: string }[];
}

/** The reserved paths of the data port. Everything under it is Postern's own, in every form of request. */
export const RESERVED = "/.postern/";

/** One name without an escape: the router resolves dot segments and decodes, and a path has one reading here. */
const TARGET = /^\/\.postern\/[a-z-]*(?:\?|$)/;

/**
 * Serves what callers ask of Postern itself:
 *
 * - `GET /.postern/whoami`: who the caller is, and which roles the rules give.
 */
export function createSelfService(options: SelfServiceOptions): (visit: Visit) => void {
  const app = new Hono<{ Bindings: { readonly visit: Visit } }>();
  app.get(`${RESERVED}whoami`, async ({ env: { visit }, json }) => json(await whoami(options, visit)));
  app.all(`${RESERVED}whoami`, () => refused("method-not-allowed"));
  app.notFound(() => refused("upstream-unknown"));
  // What any page throws is answered as in the pipeline.
  app.onError((error) => {
    throw error;
  });
  return (visit) => {
    const { request, response, requestId } = visit;
    const errorHandler = (error: unknown): void => giveUp(visit, toRefusal(error));
    const fetch = (asked: Request) => app.fetch(asked, { visit });
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false, errorHandler });
    try {
      checkVisit(visit);
    } catch (error) {
      errorHandler(error);
      return;
    }
    response.setHeader("cache-control", "no-store").setHeader("x-postern-request-id", requestId);
    response.once("close", () => visit.end({}));
    void listener(request, response);
  };
}

function checkVisit(visit: Visit): void {
  checkDoor(visit.head, visit.request.httpVersion);
  if (!TARGET.test(visit.head.target)) throw new Refusal("target-ambiguous", { detail: "not a plain name" });
  if (visit.head.headers.has("x-postern-role"))
    throw new Refusal("role-not-granted", { detail: "a wish for a role, where no rule decides" });
  if (hasBody(visit)) throw new Refusal("body-malformed", { detail: "a body, where the page takes none" });
}

function refused(code: "method-not-allowed" | "upstream-unknown"): never {
  throw new Refusal(code);
}

async function whoami({ pipeline, peek, upstreams }: SelfServiceOptions, visit: Visit) {
  const { authenticate, policy } = pipeline();
  visit.operationName = "whoami";
  const caller = await authenticate(visit.head.headers);
  visit.caller = caller;
  return {
    kind: caller.kind,
    issuer: caller.issuer,
    subject: caller.subject,
    username: caller.claims["cognito:username"],
    clientId: caller.clientId,
    groups: caller.groups,
    roles: caller.roles,
    preferredRole: caller.preferredRole,
    ...(caller.kind !== "guest" && { expires: new Date(caller.expiresAtMs).toISOString() }),
    upstreams: Object.fromEntries(
      upstreams.map(({ name, service }) => [
        name,
        policy.permitsFor(caller, service).map((permit) => describe(permit, peek(permit, caller))),
      ]),
    ),
  };
}

function describe({ rule, role, source }: Permit, credentials: Credentials | undefined) {
  return {
    rule,
    role,
    source,
    ...(credentials !== undefined && {
      assumedRole: credentials.assumedRoleArn,
      identityId: credentials.identityId,
      credentialsExpire: new Date(credentials.expiresAtMs).toISOString(),
    }),
  };
}
