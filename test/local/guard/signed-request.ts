import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { LocalRequest } from "../../../src/local/request.ts";
import { createSessions } from "../../../src/local/session.ts";
import type { Session, Sessions } from "../../../src/local/session.ts";

/** 2026-11-21T08:02:28Z. */
export const NOW_MS = Date.UTC(2026, 10, 21, 8, 2, 28);
export const REGION = "us-east-1";
export const HOST = "127.0.0.1:4483";

/** Sessions with one session in them. */
export function oneSession(role = "analyst", more: object = {}): { sessions: Sessions; session: Session } {
  const sessions = createSessions();
  const session = sessions.issue({
    roleArn: `arn:aws:iam::123456789012:role/${role}`,
    sessionName: "test",
    expiresAtMs: NOW_MS + 3_600_000,
    ...more,
  });
  return { sessions, session };
}

/** What a test wants signed; the query is given decoded. */
export interface Draft {
  readonly method?: string;
  /** As it goes over the wire. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly service?: string;
  readonly region?: string;
  readonly atMs?: number;
  readonly presignSeconds?: number;
}

/** Signs a draft with the signer that AWS's own clients use. */
export async function signed(session: Session, draft: Draft): Promise<LocalRequest> {
  const { service = "s3", region = REGION, body = "", atMs = NOW_MS, presignSeconds: expiresIn } = draft;
  const bytes = Buffer.from(body);
  const signer = new SignatureV4({
    service,
    region,
    credentials: session,
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: false,
  });
  const request = unsignedRequest(draft, bytes);
  const signingDate = new Date(atMs);
  const result =
    expiresIn === undefined
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn });
  return toLocal(result.method, result.path + queryText(result.query ?? {}), result.headers, bytes);
}

function unsignedRequest({ method = "GET", path = "/", ...draft }: Draft, body: Buffer) {
  const hash =
    draft.presignSeconds === undefined ? createHash("sha256").update(body).digest("hex") : "UNSIGNED-PAYLOAD";
  const headers = {
    host: HOST,
    ...((draft.service ?? "s3") === "s3" ? { "x-amz-content-sha256": hash } : {}),
    ...(body.length > 0 ? { "content-length": String(body.length) } : {}),
    ...draft.headers,
  };
  return { method, protocol: "http:", hostname: "127.0.0.1", path, query: { ...draft.query }, headers, body };
}

/** A request as the stand-in meets it. */
export function toLocal(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer = Buffer.alloc(0),
): LocalRequest {
  return { method, target, rawHeaders: Object.entries(headers).flat(), body: pieces(body) };
}

/** The same request with headers added, or replaced where the name is there already. */
export function withHeaders(request: LocalRequest, headers: Readonly<Record<string, string>>): LocalRequest {
  const merged = new Map<string, string>();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    merged.set(request.rawHeaders[at]!.toLowerCase(), request.rawHeaders[at + 1]!);
  }
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value);
  return { ...request, rawHeaders: [...merged].flat() };
}

/** A buffer as a stream, cut after every `size` bytes. */
export async function* pieces(bytes: Buffer, size = Math.max(bytes.length, 1)): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** All the bytes of a stream. */
export async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function queryText(query: Readonly<Record<string, string | string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => [name, one]),
  );
  const text = pairs.map(([name, value]) => `${encode(name!)}=${encode(value!)}`).join("&");
  return text === "" ? "" : `?${text}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

class Sha256 {
  readonly #hash: { update: (data: Uint8Array) => unknown; digest: () => Buffer };
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error("not used");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
