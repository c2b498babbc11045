import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ClientStack } from "./client-stack.ts";
import { type SdkAnswer, sendAs } from "./sdk-send.ts";

/** How callers show who they are: with a token, or as SDKs do, with a signature that has it for a session token. */
export const MANNERS = ["a token", "the SDK's signature"] as const;

/** Who asks, and how. */
export interface Asking {
  readonly token: string;
  readonly manner: (typeof MANNERS)[number];
  /** Signing name; by default that of API Gateway. */
  readonly service?: string;
}

type Lines = readonly (readonly [name: string, value: string])[];

/** A request to an API or a function's URL, as an application would write it. */
export interface ApiRequest {
  /** Default GET. */
  readonly method?: string;
  /** As it stands on the wire. */
  readonly target: string;
  /** Besides `Host`, the framing of the body, and what shows who asks. */
  readonly headers?: Lines;
  readonly body?: Buffer;
  /** Whether the body goes by HTTP's chunks, and not by its length. */
  readonly isChunked?: boolean;
}

/** What the back end of the stand-in's APIs says that it was told. */
export interface Told {
  readonly api?: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body?: string;
  readonly identity?: unknown;
}

/** What a request came to; where the answer is JSON, with what that says. */
export interface ApiAnswer extends SdkAnswer {
  readonly told: Told;
}

/** Sends a request to an application behind AWS. */
export async function askApi(
  stack: Pick<ClientStack, "scheme" | "ports" | "agent">,
  request: ApiRequest,
  asking: Asking,
): Promise<ApiAnswer> {
  const { method = "GET", target, headers = [] } = request;
  const host: Lines[number] = ["host", `127.0.0.1:${stack.ports.listen}`];
  const proof =
    asking.manner === "a token" ? bearer(asking.token) : await signature(request, host[1], asking);
  const lines = [host, ...headers, ...framing(request), ...proof];
  const answer = await sendAs(stack, { method, target, headers: lines.flat(), pieces: piecesOf(request) });
  return { ...answer, told: toldIn(answer) };
}

function toldIn({ headers, body }: SdkAnswer): Told {
  const isJson = headers["content-type"] === "application/json" && body.length > 0;
  return isJson ? (JSON.parse(body.toString()) as Told) : {};
}

function framing({ body, isChunked }: ApiRequest): Lines {
  if (body === undefined) return [];
  return isChunked === true ? [["transfer-encoding", "chunked"]] : [["content-length", String(body.length)]];
}

/** Two, where it goes by chunks. */
function piecesOf({ body = Buffer.alloc(0), isChunked }: ApiRequest): readonly Buffer[] {
  const middle = isChunked === true ? body.length >> 1 : 0;
  return [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0);
}

function bearer(token: string): Lines {
  return [["authorization", `Bearer ${token}`]];
}

/** Signs as applications do that have the SDK's signer, and no client of their API. */
async function signature(
  { method = "GET", target, headers = [], body }: ApiRequest,
  host: string,
  { token, service = "execute-api" }: Asking,
): Promise<Lines> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any", sessionToken: token };
  const signer = new SignatureV4({ service, region: "us-east-1", credentials, sha256: Sha256 });
  const { pathname, searchParams } = new URL(target, `http://${host}`);
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  const own = { host, ...Object.fromEntries(headers) };
  const place = { protocol: "http:", hostname: "127.0.0.1", path: pathname, query };
  const signed = await signer.sign({ method, ...place, headers: own, ...(body !== undefined && { body }) });
  return Object.entries(signed.headers).filter(([name]) => !Object.hasOwn(own, name));
}

/** Node's digest in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Buffer);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}
