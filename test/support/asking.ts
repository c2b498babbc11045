import { type Head, readHeaders } from "../../src/domain/head.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { Refusal, type RefusalCode } from "../../src/domain/refusal.ts";
import { needsBody, type Service, type Upstream } from "../../src/aws/service.ts";

/** An upstream as the configuration would make it, with what a test says otherwise. */
export function anUpstream(changes: Partial<Upstream> = {}): Upstream {
  return {
    name: "up",
    service: "s3",
    actionPrefix: changes.service ?? "s3",
    region: "us-east-1",
    partition: "aws",
    account: "123456789012",
    expectBucketOwner: false,
    addressing: { style: "path", bucket: undefined, accessPoint: undefined },
    tables: new Map(),
    api: undefined,
    functionName: undefined,
    model: undefined,
    isRegional: true,
    hashesBodies: false,
    maxBodyBytes: 16 * 1024 ** 2,
    allowHeaders: new Set(),
    allowQuery: new Set(),
    ...changes,
  };
}

/** A request's head from its request line, such as `GET /bucket?list-type=2`, and its headers. */
export function aHead(line: string, headers: Readonly<Record<string, string>> = {}): Head {
  const space = line.indexOf(" ");
  return {
    method: line.slice(0, space),
    target: line.slice(space + 1),
    headers: readHeaders(Object.entries(headers).flat()),
  };
}

/** Reads a request whole, as the proxy does: its head, and its body where that decides. */
export function readWhole(
  service: Service,
  upstream: Upstream,
  head: Head,
  body?: string | Buffer,
): Operation {
  const found = service.recognise(head, upstream);
  return needsBody(found) ? found.read(Buffer.from(body ?? "")) : found;
}

/** The code of the refusal that something throws; `nothing` where it does not, and the error itself if it is another. */
export function codeOf(run: () => unknown): RefusalCode | "nothing" {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "nothing";
}
