import type { IncomingMessage } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Credentials } from "../domain/credentials.ts";
import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import { readHeaders } from "../domain/head.ts";
import { isTokenRefusal, REFUSALS } from "../domain/refusal.ts";
import type { Pipeline } from "./handle.ts";
import { challenge, toRefusal } from "./respond.ts";

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

/**
 * Serves what callers ask of Postern itself:
 *
 * - `GET /.postern/whoami`: who the caller is, and which roles the rules give.
 */
export function createSelfService(options: SelfServiceOptions): ReturnType<typeof getRequestListener> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  app.get(`${RESERVED}whoami`, async (c) => c.json(await whoami(options, c.env.incoming)));
  app.notFound((c) => c.json({ reason: "upstream-unknown", message: "There is nothing here." }, 404));
  app.onError((error, c) => {
    const { code } = toRefusal(error);
    const { status, sentence } = REFUSALS[code];
    c.header("x-postern-reason", code);
    if (isTokenRefusal(code)) c.header("www-authenticate", challenge(code));
    return c.json({ reason: code, message: sentence }, status as 401);
  });
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

async function whoami({ pipeline, peek, upstreams }: SelfServiceOptions, incoming: IncomingMessage) {
  const { authenticate, policy } = pipeline();
  const caller = await authenticate(readHeaders(incoming.rawHeaders));
  return {
    issuer: caller.issuer,
    subject: caller.subject,
    username: caller.claims["cognito:username"],
    clientId: caller.clientId,
    groups: caller.groups,
    roles: caller.roles,
    preferredRole: caller.preferredRole,
    expires: new Date(caller.expiresAtMs).toISOString(),
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
