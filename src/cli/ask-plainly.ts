import { once } from "node:events";
import { type IncomingMessage, request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import { text } from "node:stream/consumers";
import { type Answer, noAnswer, TIMEOUT_MS } from "./ask.ts";

/** What is sent. */
export interface Sent {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * Asks a server once, with these headers and none of a browser's: `fetch` says `Sec-Fetch-Mode`, and where credentials
 * are asked for that means a page.
 *
 * @throws Complaint where nothing answers in time
 */
export async function askPlainly(url: URL, { method, headers, body = "" }: Sent): Promise<Answer> {
  const request = url.protocol === "https:" ? requestByHttps : requestByHttp;
  const length = { "content-length": String(Buffer.byteLength(body)) };
  try {
    const sent = request(url, {
      method,
      headers: { ...headers, ...(body !== "" && length) },
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const [answer] = (await once(sent.end(body), "response")) as [IncomingMessage];
    const { statusCode = 0 } = answer;
    return { ok: statusCode >= 200 && statusCode < 300, text: await text(answer) };
  } catch (error) {
    throw noAnswer(url, error);
  }
}
