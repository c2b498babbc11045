import { Readable } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { LocalError } from "../../../src/local/request.ts";
import type { LocalAnswer } from "../../../src/local/request.ts";
import type { S3 } from "../../../src/local/s3/handle.ts";
import type { S3Payload } from "../../../src/local/s3/request.ts";

interface SdkRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** The SDK's client with no network and no guard between it and the store. */
export function directClient(s3: S3): S3Client {
  const client = new S3Client({
    region: "us-east-1",
    endpoint: "http://127.0.0.1",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SdkRequest) => ({ response: await answer(s3, request) }),
    } as never,
  });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-test-operation"] = String(context["commandName"]).replace(/Command$/, "");
      return await next(args);
    },
    { step: "build" },
  );
  return client;
}

async function answer(s3: S3, request: SdkRequest): Promise<unknown> {
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const operation = headers.get("x-test-operation") ?? "";
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(request.path)) ?? [];
  const query = new Map(Object.entries(request.query).map(([name, value]) => [name, String(value ?? "")]));
  const call = {
    operation,
    query,
    headers,
    ...(bucket !== "" && { bucket }),
    ...(key !== "" && { key }),
    ...(query.has("versionId") && { versionId: query.get("versionId") }),
  };
  const result = await s3.handle(call, payloadOf(request, headers)).catch(errorAnswer);
  const isHead = operation.startsWith("Head");
  const body = isHead || result.body === undefined ? Readable.from([]) : readable(result.body);
  return { statusCode: result.status, headers: result.headers, body };
}

/** What the guard does with aws-chunked framing, for the unsigned form, in one piece. */
function payloadOf({ body }: SdkRequest, headers: ReadonlyMap<string, string>): S3Payload {
  const trailers = new Map<string, string>();
  const content = async function* (): AsyncGenerator<Buffer> {
    const bytes: Buffer[] = [];
    for await (const chunk of body instanceof Readable ? body : [body ?? ""]) bytes.push(Buffer.from(chunk));
    let rest = Buffer.concat(bytes);
    if (headers.get("content-encoding")?.includes("aws-chunked") !== true) {
      yield rest;
      return;
    }
    for (;;) {
      const lineEnd = rest.indexOf("\r\n");
      const size = Number.parseInt(rest.subarray(0, lineEnd).toString(), 16);
      rest = rest.subarray(lineEnd + 2);
      if (size === 0) break;
      yield rest.subarray(0, size);
      rest = rest.subarray(size + 2);
    }
    for (const line of rest.toString().split("\r\n").filter(Boolean)) {
      const [name = "", value = ""] = line.split(/:(.*)/s);
      trailers.set(name, value);
    }
  };
  return { body: content(), trailers: () => trailers };
}

function errorAnswer(error: unknown): LocalAnswer {
  if (!(error instanceof LocalError)) throw error;
  const body = `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`;
  return { status: error.status, headers: { "content-type": "application/xml" }, body };
}

function readable(body: NonNullable<LocalAnswer["body"]>): Readable {
  return typeof body === "string" || Buffer.isBuffer(body)
    ? Readable.from([Buffer.from(body)])
    : Readable.from(body);
}
