import { getRequestListener, RequestError } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { headerRecord } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { answerHeadersFor } from "../ambient.ts";
import { answerPreflight, corsLinesFor, isPreflight } from "../cors.ts";
import type { Pipeline } from "../pipeline.ts";
import { giveUp, toRefusal } from "../respond.ts";
import type { Visit } from "../visit.ts";
import { CREDENTIALS } from "./container-credentials.ts";
import { enter } from "./enter.ts";
import type { Page } from "./page.ts";
import { PRESIGN } from "./presign.ts";
import { RESERVED } from "./reserved.ts";
import { WHOAMI } from "./whoami.ts";

/** What {@link createSelfService} needs. */
export interface SelfServiceOptions {
  readonly pipeline: () => Pipeline;
}

/** The pages by their names. */
const PAGES: ReadonlyMap<string, Page> = new Map([
  ["whoami", WHOAMI],
  ["presign", PRESIGN],
  ["credentials", CREDENTIALS],
]);

/** What a page is asked with. */
interface Env {
  readonly Bindings: { readonly visit: Visit; readonly stages: Pipeline };
}

/** Serves what callers ask of Postern itself. */
export function createSelfService({ pipeline }: SelfServiceOptions): (visit: Visit) => void {
  const app = createApp();
  return (visit) => {
    const stages = pipeline();
    const errorHandler = (error: unknown): void => giveUp(visit, refusalOf(error));
    try {
      enter(visit, PAGES, stages.selfService);
      const cors = visit.manner?.cors;
      if (cors !== undefined && isPreflight(visit.head)) answerPreflight(visit, cors);
      else serve(app, visit, stages, errorHandler);
    } catch (error) {
      errorHandler(error);
    }
  };
}

function createApp(): Hono<Env> {
  const app = new Hono<Env>();
  for (const [name, { method, answer }] of PAGES) {
    app.on(method, RESERVED + name, async ({ env: { visit, stages }, json }: Context<Env>) => {
      const told = await answer(stages, visit);
      return json(told, 200, headerRecord(answerHeadersFor(visit.caller)));
    });
    app.all(RESERVED + name, () => {
      throw new Refusal("method-not-allowed");
    });
  }
  // What any page throws is answered as in the pipeline.
  app.onError((error) => {
    throw error;
  });
  return app;
}

function serve(app: Hono<Env>, visit: Visit, stages: Pipeline, errorHandler: (error: unknown) => void): void {
  const { request, response, requestId } = visit;
  response.setHeader("cache-control", "no-store").setHeader("x-postern-request-id", requestId);
  const lines = headerRecord(corsLinesFor(visit.head, visit.manner?.cors));
  for (const [name, value] of Object.entries(lines)) response.setHeader(name, value);
  response.once("close", () => visit.end({}));
  const fetch = (asked: Request) => app.fetch(asked, { visit, stages });
  void getRequestListener(fetch, { overrideGlobalObjects: false, errorHandler })(request, response);
}

/** hono makes a URL of the Host, and refuses one that a URL would write otherwise, such as `[0:0:0:0:0:0:0:1]`. */
function refusalOf(error: unknown): Refusal {
  return error instanceof RequestError
    ? new Refusal("target-malformed", { detail: "a Host that no URL has" })
    : toRefusal(error);
}
