import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayTarget } from "../guard/gateway-request.ts";
import type { RequestHead } from "../guard/request-head.ts";
import type { LocalAnswer } from "../request.ts";
import type { SeenRequest } from "./seen-request.ts";

/** A request that an API passes to its back end. */
export interface BackEndRequest {
  readonly head: RequestHead;
  readonly body: Buffer;
  readonly target: GatewayTarget;
  readonly seen: SeenRequest;
  /** Who called: what IAM knows, or the claims of a token. */
  readonly identity: unknown;
}

type Path = (request: BackEndRequest) => LocalAnswer | Promise<LocalAnswer>;

/** Paths at which the back end does something of its own; at all others it repeats what it was told. */
const PATHS: ReadonlyMap<string, Path> = new Map<string, Path>([
  ["/redirect", redirect],
  [
    "/cookie",
    () => json(200, { cookie: "set" }, { "set-cookie": "session=of-the-application; Path=/; HttpOnly" }),
  ],
  ["/error", () => json(500, { message: "The application failed." })],
  ["/token-back", tokenBack],
  ["/slow", slow],
  ["/cors", () => json(200, { cors: "*" }, { "access-control-allow-origin": "*" })],
]);

/** The one back end of all APIs: repeats what it is told as JSON, `body` in base64. */
export async function backEnd(request: BackEndRequest): Promise<LocalAnswer> {
  const { head, body, target, seen, identity } = request;
  const { api, stage, path } = target;
  const own = PATHS.get(path);
  if (own !== undefined) return await own(request);
  const { method } = head;
  const about = { api: api.name, stage, method, path };
  return json(200, { ...about, ...seen, body: body.toString("base64"), identity });
}

/** 302 to `elsewhere` in the same stage: as a path, with `?to=self` with its origin, or to any other `?to=`. */
function redirect({ target: { stage }, seen: { headers, query } }: BackEndRequest): LocalAnswer {
  const own = `${stage === "$default" ? "" : `/${stage}`}/elsewhere`;
  const to = query["to"]?.[0] ?? own;
  const location = to === "self" ? `https://${headers["host"] ?? ""}${own}` : to;
  return json(302, { redirect: "elsewhere" }, { location });
}

/**
 * Repeats what shows the caller to AWS, as a badly made HTTP proxy integration may, in the body or in the header
 * `?header=`.
 */
function tokenBack({ head, seen: { query } }: BackEndRequest): LocalAnswer {
  const valueOf = (name: string): string | undefined => head.headers.get(name)?.[0];
  const token = valueOf("x-amz-security-token") ?? valueOf("authorization") ?? "";
  const name = query["header"]?.[0];
  return name === undefined ? json(200, { token }) : json(200, {}, { [name]: token });
}

/** Waits `?ms=`, by default a second. */
async function slow({ seen: { query } }: BackEndRequest): Promise<LocalAnswer> {
  const ms = Number(query["ms"]?.[0] ?? 1000);
  await sleep(ms, undefined, { ref: false });
  return json(200, { waited: ms });
}

function json(status: number, content: unknown, headers: Readonly<Record<string, string>> = {}): LocalAnswer {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(content),
  };
}
