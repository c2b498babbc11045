import type { Hono } from "hono";
import { buffer } from "node:stream/consumers";
import type { LocalAnswer, LocalRequest } from "./request.ts";

/** What a page answers, held in memory so that something can be done to it. Of several cookies one is left. */
export async function pageAnswer(
  app: Pick<Hono, "fetch">,
  { method, target, rawHeaders, body }: LocalRequest,
): Promise<LocalAnswer> {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  const hasBody = method !== "GET" && method !== "HEAD";
  const url = new URL(target, `http://${headers.get("host") ?? "localhost"}`);
  const request = new Request(url, { method, headers, ...(hasBody && { body: await buffer(body) }) });
  const answer = await app.fetch(request);
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: await answer.text(),
  };
}
