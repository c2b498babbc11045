import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksumAlgorithm } from "../../src/local/s3/checksum.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { type Capture, readCaptures } from "../support/sdk-captures.ts";
import { base64, cut } from "../support/sdk-framing.ts";
import { sendAs, type SdkAnswer } from "../support/sdk-send.ts";

const BUCKET = "reports";
const ORDER = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };
const MIB = 1024 * 1024;

const has = ({ headers }: Capture, name: string): string | undefined =>
  headers.find(([other]) => other.toLowerCase() === name)?.[1];

/** Those of S3 and DynamoDB: signed for one of them, or unsigned. Paths with dot segments are refused, as is tested elsewhere. */
const captures = readCaptures().filter((capture) => {
  const authorization = has(capture, "authorization") ?? "";
  const isMeant = /\/(?:s3|dynamodb)\/aws4_request/.test(authorization) || !authorization.startsWith("AWS4-");
  const isKnown =
    /^\/b(?:kt)?[/?]/.test(capture.target) || has(capture, "x-amz-target")?.startsWith("DynamoDB_");
  return isMeant && isKnown && !capture.target.includes("/../");
});

/** What one request of a multipart upload tells those after it. */
interface Uploading {
  id: string;
  readonly parts: Map<string, string>;
}

describe.skipIf(captures.length === 0).each(SCHEMES)(
  "requests as SDKs send them over %s (skipped where the captures are not there)",
  (scheme) => {
    let stack: ClientStack;
    let token = "";
    const uploads = new Map<string, Uploading>();

    beforeAll(async () => {
      stack = await startClientStack(scheme);
      token = await stack.tokenOf("admin");
    });
    afterAll(() => stack.close());

    const mine = captures.filter((capture) => capture.scheme === scheme);
    it("are many", () => expect(mine.length).toBeGreaterThan(25));

    it.each(
      mine.map((capture) => [`${capture.title}: ${capture.method} ${capture.target}`, capture] as const),
    )("%s", async (_, capture) => {
      const before = stack.arrived();
      const answer = await send(capture);
      const said = {
        status: answer.status,
        reason: answer.headers["x-postern-reason"],
        body: answer.body.toString(),
      };
      expect(said).toMatchObject({ status: 200, reason: undefined });
      expect(stack.arrived()).toBe(before + 1);
    });

    /** Sends a request of the captured shape, with our bucket and token and a body of its own. */
    async function send(capture: Capture): Promise<SdkAnswer> {
      const key = keyOf(capture);
      const uploading = uploads.get(key) ?? { id: "", parts: new Map() };
      const content = contentFor(capture, uploading);
      const pieces = isFramed(capture) ? frameLike(capture, content) : cut(content, 64 * 1024);
      const target = targetFor(capture).replace(/uploadId=[^&]*/, `uploadId=${uploading.id}`);
      const headers = capture.headers.flatMap(([name, value]) => [name, headerFor(name, value, content)]);
      if (!headers.some((line) => line === token || line === `Bearer ${token}`))
        headers.push("X-Postern-Token", token);
      const answer = await sendAs(stack, { method: capture.method, target, headers, pieces });
      const [, id] = /<UploadId>([^<]+)/.exec(answer.body.toString()) ?? [];
      if (id !== undefined) uploads.set(key, { id, parts: new Map() });
      const [, part] = /partNumber=(\d+)/.exec(target) ?? [];
      if (part !== undefined) uploading.parts.set(part, partOf(answer));
      return answer;
    }

    function headerFor(name: string, value: string, content: Buffer): string {
      const lower = name.toLowerCase();
      if (lower === "host") return value.replace(/:\d+$/, `:${stack.ports.listen}`);
      if (lower === "x-amz-security-token") return token;
      if (value.startsWith("Bearer ")) return `Bearer ${token}`;
      if (lower === "x-amz-copy-source") return `${BUCKET}/q4.txt`;
      if (lower === "content-length") return String(content.length);
      if (lower === "content-md5") return createHash("md5").update(content).digest("base64");
      if (lower === "x-amz-content-sha256" && /^[0-9a-f]{64}$/.test(value))
        return createHash("sha256").update(content).digest("hex");
      const algorithm = checksumAlgorithm(lower.replace(/^x-amz-checksum-/, ""));
      return algorithm === undefined ? value : base64(content, algorithm);
    }
  },
);

const keyOf = ({ target }: Capture): string => target.split("?")[0] ?? "";
const isFramed = (capture: Capture): boolean => has(capture, "x-amz-decoded-content-length") !== undefined;

/** Unsigned, the upstream is named by the path or the host; captured were such with neither. */
function targetFor(capture: Capture): string {
  const target = capture.target.replace(/^\/b(?:kt)?(?=[/?])/, `/${BUCKET}`);
  const isSigned = has(capture, "authorization")?.startsWith("AWS4-") === true;
  if (isSigned) return target;
  return has(capture, "x-amz-target") === undefined ? `/s3${target}` : "/dynamodb";
}

/** A body that says the same of our things, or that many bytes. */
function contentFor(capture: Capture, { parts }: Uploading): Buffer {
  const { body, isWhole, method, target } = capture;
  const length = Number(has(capture, "x-amz-decoded-content-length") ?? has(capture, "content-length") ?? 0);
  if (has(capture, "x-amz-target") !== undefined)
    return Buffer.from(
      body.replace(/"t"/, '"Orders"').replace(/\{"id": ?\{"S": ?"1"\}\}/, JSON.stringify(ORDER)),
    );
  if (method === "POST" && /[?&]uploadId=/.test(target)) {
    const list = [...parts].toSorted(([one], [other]) => Number(one) - Number(other));
    const [head = ""] = body.split("<Part>");
    const entries = list.map(([number, part]) => `<Part>${part}<PartNumber>${number}</PartNumber></Part>`);
    return Buffer.from(`${head}${entries.join("")}</CompleteMultipartUpload>`);
  }
  return method === "POST" && isWhole ? Buffer.from(body) : randomBytes(length);
}

/** What completing an upload repeats of a part. */
function partOf({ headers }: SdkAnswer): string {
  const sum = headers["x-amz-checksum-crc32"];
  return `<ETag>${headers.etag}</ETag>${sum === undefined ? "" : `<ChecksumCRC32>${String(sum)}</ChecksumCRC32>`}`;
}

/**
 * The content framed as the captured body was, in the chunks of HTTP that carried it: JavaScript writes the parts of a
 * chunk one by one, botocore chunks of 1 MiB in pieces as large as its buffer.
 */
function frameLike(capture: Capture, content: Buffer): Buffer[] {
  const [, outer = "", size = ""] = /^([0-9a-f]+)\r\n([0-9a-f]+)\r\n/.exec(capture.body) ?? [];
  const trailer = has(capture, "x-amz-trailer") ?? "";
  const algorithm = checksumAlgorithm(trailer.replace("x-amz-checksum-", "")) ?? "CRC32";
  const isByParts = Number.parseInt(outer, 16) === size.length + 2;
  const chunks = content.length === 0 ? [] : cut(content, isByParts ? undefined : MIB);
  const ends = ["0\r\n", `${trailer}:${base64(content, algorithm)}\r\n`, "\r\n"].map((text) =>
    Buffer.from(text),
  );
  const parts = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  const framed = [...parts, ...ends];
  return isByParts ? framed : cut(Buffer.concat(framed), 0x20000);
}
