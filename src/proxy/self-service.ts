import { getRequestListener, RequestError } from "@hono/node-server";
import { Hono } from "hono";
import { headerRecord } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { answerHeadersFor } from "./ambient.ts";
import { checkDoor } from "./door.ts";
import { giveUp, hasBody, toRefusal } from "./respond.ts";
import type { Visit } from "./visit.ts";
import { whoami, type WhoamiOptions } from "./whoami.ts";

/** The reserved paths of the data port. Everything under it is Postern's own, in every form of request. */
export const RESERVED = "/.postern/";

/** One name without an escape: the router resolves dot segments and decodes, and a path has one reading here. */
const TARGET = /^\/\.postern\/[a-z-]*(?:\?|$)/;

/**
 * Serves what callers ask of Postern itself:
 *
 * - `GET /.postern/whoami`: who the caller is, and which roles the rules give.
 */
export function createSelfService(options: WhoamiOptions): (visit: Visit) => void {
  const app = new Hono<{ Bindings: { readonly visit: Visit } }>();
  app.get(`${RESERVED}whoami`, async ({ env: { visit }, json }) => {
    const page = await whoami(options, visit);
    const lines = answerHeadersFor(visit.caller);
    return json(page, 200, headerRecord(lines));
  });
  app.all(`${RESERVED}whoami`, () => refused("method-not-allowed"));
  app.notFound(() => refused("upstream-unknown"));
  // What any page throws is answered as in the pipeline.
  app.onError((error) => {
    throw error;
  });
  return (visit) => {
    const { request, response, requestId } = visit;
    const errorHandler = (error: unknown): void => giveUp(visit, refusalOf(error));
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

/** hono makes a URL of the Host, and refuses one that a URL would write otherwise, such as `[0:0:0:0:0:0:0:1]`. */
function refusalOf(error: unknown): Refusal {
  return error instanceof RequestError
    ? new Refusal("target-malformed", { detail: "a Host that no URL has" })
    : toRefusal(error);
}

function checkVisit(visit: Visit): void {
  checkDoor(visit.head, visit.request.httpVersion);
  if (!TARGET.test(visit.head.target)) throw new Refusal("target-ambiguous", { detail: "not a plain name" });
  if (visit.head.headers.has("x-postern-role"))
    throw new Refusal("role-not-granted", { detail: "a wish for a role, where no rule decides" });
  // A token that stands there was presented, and whoever presents one is no guest.
  if (visit.head.target.includes("?"))
    throw new Refusal("query-not-allowed", { detail: "a query, where the page takes none" });
  if (hasBody(visit)) throw new Refusal("body-malformed", { detail: "a body, where the page takes none" });
}

function refused(code: "method-not-allowed" | "upstream-unknown"): never {
  throw new Refusal(code);
}
