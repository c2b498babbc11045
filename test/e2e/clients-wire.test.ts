import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Headers } from "../../src/domain/head.ts";
import { type Arrivals, recordArrivals } from "../support/arrivals.ts";
import { startAwsCli } from "../support/aws-cli.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { findAwsCli, findBoto3 } from "../support/found-clients.ts";
import { runClient } from "../support/run-client.ts";
import { frameUpload, type UploadForm } from "../support/sdk-framing.ts";
import { sendAs } from "../support/sdk-send.ts";

const Bucket = "reports";
const content = randomBytes(300_000);

/** The form of an upload by scheme, as it comes to Postern, and as it goes on from there. */
interface Row {
  readonly http: string;
  readonly https: string;
  readonly upstream: Readonly<Record<"http" | "https", string>>;
}

const HEX = "hex, length";
const HEX_CRC32 = "hex, length, x-amz-checksum-crc32";
const HEX_MD5 = "hex, length, content-md5";
const UNSIGNED_MD5 = "UNSIGNED-PAYLOAD, length, content-md5";
const UNSIGNED = "UNSIGNED-PAYLOAD, length";
const TRAILER_TE = "STREAMING-UNSIGNED-PAYLOAD-TRAILER, chunked, trailer x-amz-checksum-crc32";
/** S3 takes no body of HTTP's chunks, so what comes by them goes on by its length. */
const TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER, length, trailer x-amz-checksum-crc32";

const both = (form: string, upstream = form): Row => ({
  http: form,
  https: form,
  upstream: { http: upstream, https: upstream },
});
const apart = (http: string, https: string, upstream: Row["upstream"] = { http, https }): Row => ({
  http,
  https,
  upstream,
});

/** What a request's head says of its body. */
function formOf(headers: Headers): string {
  const sha = headers.get("x-amz-content-sha256") ?? "nothing";
  const checksums = [...headers.entries()].flatMap(([name]) =>
    /^x-amz-checksum-(?!algorithm|type|mode)|^content-md5$/.test(name) ? [name] : [],
  );
  const trailer = headers.get("x-amz-trailer");
  return [
    /^[0-9a-f]{64}$/.test(sha) ? "hex" : sha,
    headers.has("content-length") ? "length" : (headers.get("transfer-encoding") ?? "neither"),
    ...checksums,
    ...(trailer === undefined ? [] : [`trailer ${trailer}`]),
  ].join(", ");
}

/** Brings a token as a bearer, and signs nothing. */
const bearer = (token: string): NonNullable<S3ClientConfig["signer"]> => ({
  sign: (request) => {
    request.headers["authorization"] = `Bearer ${token}`;
    return Promise.resolve(request);
  },
});

describe.each(SCHEMES)("the payload over %s", (scheme) => {
  let stack: ClientStack;
  let arrivals: Arrivals;
  let reader: S3Client;

  beforeAll(async () => {
    arrivals = recordArrivals();
    stack = await startClientStack(scheme);
    reader = new S3Client(await stack.clientOf("admin"));
  });
  beforeEach(() => arrivals.forget());
  afterAll(async () => {
    reader.destroy();
    arrivals.stop();
    await stack.close();
  });

  /** The forms of the uploads that ended in this key, at a port. */
  const formsAt = (port: number, key: string): string[] =>
    arrivals
      .at(port)
      .filter(
        ({ method, target }) =>
          method === "PUT" && decodeURIComponent(target.split("?")[0] ?? "").endsWith(`/${key}`),
      )
      .map(({ headers }) => formOf(headers));

  function expectForm(key: string, row: Row): void {
    expect(formsAt(stack.ports.listen, key), `${key} as it came`).toEqual([row[scheme]]);
    expect(formsAt(stack.aws.port, key), `${key} as it went on`).toEqual([row.upstream[scheme]]);
  }

  describe("of the JavaScript SDK", () => {
    const rows: readonly [
      string,
      Readonly<{ when?: "WHEN_REQUIRED"; unsigned?: true; isStream?: true }>,
      Row,
    ][] = [
      ["buffer", {}, both(HEX_CRC32)],
      ["stream", { isStream: true }, both(TRAILER_TE, TRAILER)],
      ["buffer when required", { when: "WHEN_REQUIRED" }, both(HEX)],
      ["stream when required", { when: "WHEN_REQUIRED", isStream: true }, both(UNSIGNED)],
      [
        "buffer unsigned",
        { unsigned: true },
        both("nothing, length, x-amz-checksum-crc32", `${UNSIGNED}, x-amz-checksum-crc32`),
      ],
      ["stream unsigned", { unsigned: true, isStream: true }, both(TRAILER_TE, TRAILER)],
    ];

    it.each(rows)("%s", async (name, { when, unsigned, isStream }, row) => {
      const options = await stack.clientOf("admin");
      const client = new S3Client({
        ...options,
        ...(when !== undefined && { requestChecksumCalculation: when }),
        ...(unsigned && {
          endpoint: `${stack.endpoint}/s3`,
          signer: bearer(options.credentials.sessionToken),
        }),
      });
      const Body = isStream ? Readable.from([content]) : content;
      await client.send(new PutObjectCommand({ Bucket, Key: name, Body, ContentLength: content.length }));
      expectForm(name, row);
      client.destroy();
    });
  });

  describe.each(findBoto3())("of $version", ({ path, version }) => {
    const isOld = Number(/ 1\.(\d+)/.exec(version)?.[1]) < 36;
    const trailer = apart(HEX_CRC32, TRAILER_TE, { http: HEX_CRC32, https: TRAILER });
    const md5 = apart(HEX_MD5, UNSIGNED_MD5);
    const usual = isOld ? md5 : trailer;
    const rows: Readonly<Record<string, Row>> = {
      bytes: usual,
      file: usual,
      // What has no body is signed as such, whatever its client said.
      empty: isOld ? apart(HEX_MD5, UNSIGNED_MD5, { http: HEX_MD5, https: HEX_MD5 }) : usual,
      "payload signed": isOld ? both(HEX_MD5) : usual,
      ...(isOld ? {} : { "when required": both(HEX) }),
      unsigned: isOld
        ? both("nothing, length, content-md5", UNSIGNED_MD5)
        : apart("nothing, length, x-amz-checksum-crc32", TRAILER_TE, {
            http: `${UNSIGNED}, x-amz-checksum-crc32`,
            https: TRAILER,
          }),
    };

    it("is as the table has it", async () => {
      const { endpoint, caFile } = stack;
      const asked = { endpoint, caFile, tokens: { admin: await stack.tokenOf("admin") }, prefix: version };
      const script = join(import.meta.dirname, "../support/python/wire.py");
      const { out } = await runClient(path, [script], { stdin: JSON.stringify(asked) });
      expect(JSON.parse(out.toString())).toEqual({ uploads: "ok" });
      for (const [name, row] of Object.entries(rows)) expectForm(`${version}/${name}`, row);
    });
  });

  describe.each(findAwsCli())("of $version", ({ path, version }) => {
    const usual = version.startsWith("awscli 2.9.")
      ? apart(HEX_MD5, UNSIGNED_MD5)
      : apart(HEX_CRC32, TRAILER_TE, { http: HEX_CRC32, https: TRAILER });

    it("is as the table has it", async () => {
      const cli = startAwsCli(path);
      const env = {
        ...(stack.caFile !== undefined && { AWS_CA_BUNDLE: stack.caFile }),
        AWS_ACCESS_KEY_ID: "any",
        AWS_SECRET_ACCESS_KEY: "any",
        AWS_SESSION_TOKEN: await stack.tokenOf("admin"),
      };
      const args = ["--endpoint-url", stack.endpoint, "s3", "cp", "-", `s3://${Bucket}/${version}`];
      expect(await cli.run(args, { env, stdin: content, folder: "/" })).toMatchObject({ code: 0 });
      await cli.close();
      expectForm(version, usual);
    });
  });

  describe("of an SDK that is framed by hand", () => {
    const chunkBytes = 128 * 1024;
    const signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    const forms: Readonly<Record<string, UploadForm & { readonly upstream: string }>> = {
      "Java 2 sync over http": {
        payload: `${signed}-TRAILER`,
        chunkBytes,
        checksum: "CRC32",
        upstream: TRAILER,
      },
      "Java 2 over https": {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        chunkBytes,
        checksum: "CRC32",
        upstream: TRAILER,
      },
      "Go 2 over http": { payload: "hex", checksum: "CRC32", upstream: HEX_CRC32 },
      "Go 2 over https": {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        checksum: "CRC32",
        upstream: TRAILER,
      },
      "Rust with a stream": {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        upperCaseSizes: true,
        checksum: "CRC32",
        upstream: TRAILER,
      },
      ".NET": {
        payload: `${signed}-TRAILER`,
        chunkBytes: 80 * 1024,
        checksum: "CRC32",
        untold: true,
        upstream: TRAILER,
      },
      ".NET when required": { payload: signed, chunkBytes: 80 * 1024, upstream: UNSIGNED },
      "Java 1 and minio-go over http": { payload: signed, chunkBytes: 64 * 1024, upstream: UNSIGNED },
      "minio-go over https": { payload: "UNSIGNED-PAYLOAD", upstream: UNSIGNED },
      "the CRT, as in newer CLIs": {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        chunkBytes: 64 * 1024,
        httpChunkBytes: 50_000,
        checksum: "CRC64NVME",
        upstream: TRAILER.replace("crc32", "crc64nvme"),
      },
      "chunks that S3 would find too small": {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        chunkBytes: 100,
        httpChunkBytes: 333,
        checksum: "SHA256",
        upstream: TRAILER.replace("crc32", "sha256"),
      },
    };

    it.each(Object.entries(forms))("%s", async (name, { upstream, ...form }) => {
      const key = name.replaceAll(/[^\w]/g, "-");
      const token = await stack.tokenOf("admin");
      for (const size of [0, content.length]) {
        const sent = content.subarray(0, size);
        const host = `127.0.0.1:${stack.ports.listen}`;
        const upload = { host, target: `/${Bucket}/${key}-${size}`, token, content: sent };
        const answer = await sendAs(stack, frameUpload(upload, form));
        expect({ status: answer.status, body: answer.body.toString() }).toEqual({ status: 200, body: "" });
        const emptyForm = upstream === UNSIGNED && form.payload === "UNSIGNED-PAYLOAD" ? HEX : upstream;
        expect(formsAt(stack.aws.port, `${key}-${size}`)).toEqual([size === 0 ? emptyForm : upstream]);
        const { Body, ...got } = await reader.send(
          new GetObjectCommand({ Bucket, Key: `${key}-${size}`, ChecksumMode: "ENABLED" }),
        );
        expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(sent)).toBe(true);
        if (form.checksum !== undefined)
          expect(got[`Checksum${form.checksum}` as "ChecksumCRC32"]).toMatch(/^[\w+/]+=*$/);
        expect(got.ContentEncoding).toBeUndefined();
      }
    });

    it("is not kept where its bytes are not those of its checksum", async () => {
      const token = await stack.tokenOf("admin");
      const upload = {
        host: `127.0.0.1:${stack.ports.listen}`,
        target: `/${Bucket}/damaged`,
        token,
        content,
      };
      for (const form of Object.values(forms)) {
        const { pieces, ...head } = frameUpload(upload, form);
        const whole = Buffer.concat(pieces);
        const at = whole.length - 1000;
        whole[at] = (whole[at] ?? 0) ^ 1;
        if (form.checksum === undefined && form.payload !== "hex") continue; // nothing tells its bytes
        const { status } = await sendAs(stack, { ...head, pieces: [whole] });
        expect(status).toBe(400);
        await expect(reader.send(new GetObjectCommand({ Bucket, Key: "damaged" }))).rejects.toThrow("key");
      }
    });
  });
});
