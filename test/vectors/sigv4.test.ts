import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HeaderLine } from "../../src/domain/operation.ts";
import { canonicalHeaders, canonicalPath, canonicalRequest } from "../../src/signing/canonical.ts";
import { hashPayload } from "../../src/signing/payload.ts";
import { presignQuery } from "../../src/signing/presign.ts";
import { canonicalQuery, parseQuery } from "../../src/domain/query.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { stringToSign } from "../../src/signing/signing-key.ts";

/** AWS's own suite (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4); it is not part of this repository. */
const SUITE = new URL("../../../shared/vectors/sigv4/cases/", import.meta.url);

interface Context {
  readonly credentials: {
    readonly access_key_id: string;
    readonly secret_access_key: string;
    readonly token?: string;
  };
  readonly expiration_in_seconds: number;
  readonly normalize: boolean;
  readonly omit_session_token?: boolean;
  readonly region: string;
  readonly service: string;
  readonly sign_body: boolean;
  readonly timestamp: string;
}

/** One case of the suite, read as a request that the signer would be handed. */
function readCase(name: string) {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}.txt`, SUITE), "utf8").trimEnd();
  const context = JSON.parse(readFileSync(new URL(`${name}/context.json`, SUITE), "utf8")) as Context;
  const [head = "", ...body] = readFileSync(new URL(`${name}/request.txt`, SUITE), "utf8").split("\n\n");
  const [requestLine = "", ...headerLines] = head.trimEnd().split("\n");
  const method = requestLine.slice(0, requestLine.indexOf(" "));
  const [path = "", query = ""] = requestLine
    .slice(method.length + 1, requestLine.lastIndexOf(" "))
    .split("?");
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, token } = context.credentials;
  return {
    read,
    omitsToken: context.omit_session_token === true,
    expiresInSeconds: context.expiration_in_seconds,
    pairs: parseQuery(encodeURI(decodeURI(query)), "literal") ?? [],
    request: {
      method,
      path: context.normalize ? normalisePath(path) : path,
      headers: readHeaderLines(headerLines),
      payloadHash: hashPayload(Buffer.from(body.join("\n\n"))),
      sendPayloadHash: context.sign_body,
      service: context.service,
      region: context.region,
      credentials: { accessKeyId, secretAccessKey, sessionToken: token },
      nowMs: Date.parse(context.timestamp),
    },
  };
}

/** Lines that begin with white space continue the header before them. */
function readHeaderLines(lines: readonly string[]): HeaderLine[] {
  const headers: [string, string][] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (line.startsWith(" ") && last) last[1] += `\n${line}`;
    else headers.push([line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1)]);
  }
  return headers;
}

/** RFC 3986 section 5.2.4, and empty segments dropped. Postern refuses such paths, so only this test needs it. */
function normalisePath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}${kept.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

const names = existsSync(SUITE) ? readdirSync(SUITE) : [];

describe.skipIf(names.length === 0)("the SigV4 vectors of AWS (skipped where the suite is absent)", () => {
  it("are 38 cases", () => {
    expect(names).toHaveLength(38);
  });

  describe.each(names)("%s", (name) => {
    const { read, request, pairs, omitsToken, expiresInSeconds } = readCase(name);

    it("is signed in its headers as AWS signs it", () => {
      const credentials = { ...request.credentials, ...(omitsToken && { sessionToken: undefined }) };
      const query = canonicalQuery(pairs);
      const added = createSigner().sign({ ...request, credentials, query });

      const lines = Array.from({ length: added.length / 2 }, (_, i): HeaderLine => [
        added[2 * i] as string,
        added[2 * i + 1] as string,
      ]);
      const headers = canonicalHeaders([...request.headers, ...lines.slice(0, -1)]);
      const path = canonicalPath(request.path, request.service);
      const canonical = canonicalRequest({ ...request, path, query, headers });
      const [, amzDate = "", scope = ""] = read("header-string-to-sign").split("\n");
      expect(canonical).toBe(read("header-canonical-request"));
      expect(stringToSign(amzDate, scope, canonical)).toBe(read("header-string-to-sign"));
      expect(added.at(-1)).toBe(
        `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
          `SignedHeaders=${headers.names}, Signature=${read("header-signature")}`,
      );
      expect(lines).toContainEqual(["x-amz-date", amzDate]);
    });

    it("is signed in its query as AWS signs it", () => {
      const signed = presignQuery({
        ...request,
        query: pairs,
        expiresInSeconds,
        signSessionToken: !omitsToken,
      });

      const [query = "", signature = ""] = signed.split("&X-Amz-Signature=");
      const headers = canonicalHeaders(request.headers);
      const path = canonicalPath(request.path, request.service);
      const canonical = canonicalRequest({ ...request, path, query, headers });
      const [, amzDate = "", scope = ""] = read("query-string-to-sign").split("\n");
      expect(canonical).toBe(read("query-canonical-request"));
      expect(stringToSign(amzDate, scope, canonical)).toBe(read("query-string-to-sign"));
      expect(signature.slice(0, 64)).toBe(read("query-signature"));
      expect(signature.includes("&X-Amz-Security-Token=")).toBe(omitsToken);
    });
  });
});
