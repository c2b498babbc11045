import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAuthorization } from "../../../src/local/guard/authorization.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { sha256 } from "../../../src/local/guard/signing-key.ts";
import { createVerifier } from "../../../src/local/guard/sigv4.ts";
import type { LocalRequest } from "../../../src/local/request.ts";
import type { Session } from "../../../src/local/session.ts";

const CASES = "../shared/vectors/sigv4/cases";

interface Context {
  readonly credentials: { access_key_id: string; secret_access_key: string; token?: string };
  readonly normalize: boolean;
  readonly timestamp: string;
  readonly omit_session_token?: boolean;
}

/** Reads a request as text; a line that begins with a blank belongs to the header before it. */
function parseRequest(text: string): Omit<LocalRequest, "body"> & { body: string } {
  const [head = "", ...rest] = text.split("\n\n");
  const [first = "", ...lines] = head.split("\n");
  const rawHeaders: string[] = [];
  for (const line of lines) {
    if (line === "") continue;
    if (/^\s/.test(line)) rawHeaders.push(`${rawHeaders.pop()}\n${line}`);
    else rawHeaders.push(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
  }
  const method = first.slice(0, first.indexOf(" "));
  const target = first.slice(method.length + 1, first.lastIndexOf(" "));
  return { method, target, rawHeaders, body: rest.join("\n\n") };
}

function verifyCase(
  folder: string,
  file: string,
  change: (signature: string) => string = (same) => same,
): void {
  const context = JSON.parse(readFileSync(join(folder, "context.json"), "utf8")) as Context;
  const request = parseRequest(readFileSync(join(folder, file), "latin1"));
  const session: Session = {
    accessKeyId: context.credentials.access_key_id,
    secretAccessKey: context.credentials.secret_access_key,
    sessionToken: context.credentials.token ?? "",
    expiresAtMs: Infinity,
    roleArn: "",
    userId: "",
    assumedRoleArn: "",
    tags: {},
    sessionPolicies: [],
    context: {},
  };
  const verifier = createVerifier({
    sessions: { find: (id) => (id === session.accessKeyId ? session : undefined) },
    now: () => Date.parse(context.timestamp),
    rulesOf: () => ({
      dialect: "json",
      path: context.normalize ? "normalised" : "verbatim",
      skewMs: 0,
      tokenAfterSigning: context.omit_session_token === true,
    }),
  });
  const head = readHead(request);
  const authorization = readAuthorization(head);
  const changed = { ...authorization, signature: change(authorization.signature) };
  verifier.verify(head, changed, verifier.identify(head, changed), sha256(request.body));
}

/** Another signature of the same form. */
function flip(signature: string): string {
  return (signature.startsWith("0") ? "1" : "0") + signature.slice(1);
}

describe.skipIf(!existsSync(CASES))("the verifier and the vectors of aws-c-auth", () => {
  const names = existsSync(CASES) ? readdirSync(CASES) : [];

  it("has all of them", () => {
    expect(names).toHaveLength(38);
  });

  it.each(names)("accepts %s in the header and in the query", (name) => {
    verifyCase(join(CASES, name), "header-signed-request.txt");
    verifyCase(join(CASES, name), "query-signed-request.txt");
  });

  it.each(names)("refuses %s with another signature", (name) => {
    for (const file of ["header-signed-request.txt", "query-signed-request.txt"]) {
      expect(() => verifyCase(join(CASES, name), file, flip)).toThrowError(
        expect.objectContaining({ code: "InvalidSignatureException" }),
      );
    }
  });
});

if (!existsSync(CASES)) console.warn(`skipped: no signature vectors at ${CASES}`);
