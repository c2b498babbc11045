import { request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import type { LocalAws } from "../../src/local/aws.ts";
import type { Session } from "../../src/local/session.ts";
import { signed } from "./guard/signed-request.ts";
import type { Draft } from "./guard/signed-request.ts";

/** What came back. */
export interface Came {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Credentials of a role of the world. */
export function sessionOf(aws: LocalAws, role: string): Session {
  const roleArn = `arn:aws:iam::123456789012:role/${role}`;
  return aws.sessions.issue({ roleArn, sessionName: "test", expiresAtMs: Date.now() + 3_600_000 });
}

/** Signs as AWS's clients do and sends to the stand-in, whatever the Host says. */
export async function signedCall(aws: LocalAws, session: Session, draft: Draft): Promise<Came> {
  const { method, target, rawHeaders } = await signed(session, { atMs: Date.now(), ...draft });
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) headers[rawHeaders[at] ?? ""] = rawHeaders[at + 1] ?? "";
  return await call(aws, {
    method,
    path: target,
    headers,
    ...(draft.body !== undefined && { body: draft.body }),
  });
}

/** Sends to the stand-in as it stands. */
export async function call(
  aws: LocalAws,
  asked: {
    readonly method?: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
  },
): Promise<Came> {
  const { method = "GET", path, headers, body } = asked;
  const outgoing = request({ host: "127.0.0.1", port: aws.port, method, path, headers, agent: false }).end(
    body,
  );
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  const bytes = await buffer(answer);
  const text = bytes.toString();
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, text, json: parsed(text) };
}

function parsed(text: string): Came["json"] {
  try {
    return JSON.parse(text) as Came["json"];
  } catch {
    return undefined;
  }
}
