import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";

/** What an operator's order came to. */
export interface Ordered {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** An operator's listener has room for 128 connections. */
const agent = new Agent({ maxSockets: 100 });

/** Gives an order to a Postern's operator, as the command line does. Of very many at once some wait for others. */
export async function order(port: number, path: string, body: object = {}): Promise<Ordered> {
  const headers = { "content-type": "application/json", "x-postern-admin": "1" };
  const sent = request({ agent, host: "127.0.0.1", port, path, method: "POST", headers });
  sent.end(JSON.stringify(body));
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, json: (await json(answer)) as Ordered["json"] };
}
