import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_PORTS } from "../../src/cli/ports.ts";
import { readConfig } from "../../src/config/read.ts";
import type { SupposedCaller } from "../../src/proxy/explain/question.ts";
import { createRehearsal } from "../../src/sidecar/rehearsal.ts";
import { encode, idClaims, NOW } from "../support/signed-tokens.ts";

const SECRET = "the-value-of-a-claim";
const ISS = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

const { config } = readConfig(readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8"), {
  env: (name) => (DEFAULT_PORTS as Readonly<Record<string, string>>)[name],
  file: () => undefined,
  now: () => NOW,
});

const odd = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "/",
    "%2e%2e",
    "..",
    "?",
    "#",
    "\r\n",
    "\0",
    "é",
    "\u2028",
    "__proto__",
    "${claim:sub}",
    "*",
  ),
);
const method = fc.oneof(
  fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"),
  odd,
);
const target = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "/s3/reports",
        "/s3/home/somebody",
        "/s3/audit",
        "/dynamodb",
        "/.postern/whoami",
        "/reports",
        "",
      ),
      fc.array(odd, { maxLength: 3 }),
    )
    .map(([root, rest]) => [root, ...rest].join("/")),
  odd,
);
const header = fc.tuple(
  fc.oneof(
    fc.constantFrom(
      "host",
      "content-length",
      "content-type",
      "transfer-encoding",
      "authorization",
      "cookie",
      "expect",
    ),
    fc.constantFrom(
      "x-amz-target",
      "x-amz-content-sha256",
      "x-amz-copy-source",
      "x-amz-trailer",
      "x-postern-role",
    ),
    odd,
  ),
  fc.oneof(
    fc.constantFrom("1", "chunked", "application/x-amz-json-1.0", "DynamoDB_20120810.Query", "aws-chunked"),
    odd,
  ),
);
const claims = fc.dictionary(
  fc.constantFrom(
    "sub",
    "exp",
    "nbf",
    "aud",
    "scope",
    "token_use",
    "client_id",
    "username",
    "cognito:groups",
    "cognito:roles",
  ),
  fc.oneof(fc.jsonValue(), fc.constantFrom("id", "access", "web", "service", "admins")),
);
const caller: fc.Arbitrary<SupposedCaller> = fc.oneof(
  fc.constant("guest" as const),
  claims.map((one) => ({ claims: { ...one, "custom:secret": SECRET } })),
  fc.tuple(claims, odd).map(([one, kid]) => {
    const payload = { ...idClaims({ iss: ISS, aud: "web" }), ...one, "custom:secret": SECRET };
    return { token: `${encode({ alg: "RS256", kid })}.${encode(payload)}.c2ln` };
  }),
  fc.tuple(odd, odd).map(([token, idToken]) => ({ token, idToken })),
);

it("whatever is asked is answered, as a refusal of Postern's own words at worst, and with no value of a claim", async () => {
  if (config === undefined) throw new Error("the development configuration is not sound");
  const ask = createRehearsal(config, { now: () => NOW });
  const question = fc.record({
    caller,
    method,
    target,
    headers: fc.array(header, { maxLength: 5 }),
    body: fc.option(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      { nil: undefined },
    ),
  });
  await fc.assert(
    fc.asyncProperty(question, async (one) => {
      const told = await ask(one);
      expect(told.refusal?.code).not.toBe("internal");
      expect(told.verdict === "permit").toBe(told.refusal === undefined);
      const text = JSON.stringify(told);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain("c2ln");
    }),
    { numRuns: 2000 },
  );
});
