import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTokenRefusal, REFUSALS, type RefusalCode } from "../../src/domain/refusal.ts";
import { exchange, type RawAnswer, requestText } from "../support/raw-client.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";
import { withoutGuests } from "../support/without-guests.ts";

type Lines = readonly (readonly [name: string, value: string])[];
type Form = "s3" | "dynamodb" | "json";

/** What is expected of a refusal. The form is that of S3, and the status that of the code, unless it is said. */
interface Expected {
  readonly reason: RefusalCode;
  readonly status?: number;
  readonly form?: Form;
}

let stack: Stack;
let token: string;
/** Everything that Postern answered in this file. */
const told: string[] = [];
/** What must never be told or logged. */
const secrets = new Set<string>();

const TO_INDEX = `
    - name: admins lead to the index
      who: { groups: [admins] }
      allow: [s3:PutObject]
      on: ["arn:aws:s3:::reports/*"]
      when: { StringEquals: { "s3:x-amz-website-redirect-location": /index.html } }
      role: arn:aws:iam::123456789012:role/admin
`;

beforeAll(async () => {
  stack = await startStack({
    config: (yaml) => withoutGuests(yaml).replace(/\n\nlog:/, `${TO_INDEX}\nlog:`),
    aws: {
      secretOf: ({ secretAccessKey, sessionToken }) => {
        secrets.add(secretAccessKey).add(sessionToken);
        return secretAccessKey;
      },
    },
  });
  token = await keep(stack.tokenOf("admin"));
});

afterAll(() => stack.close());

async function keep(secret: string | Promise<string>): Promise<string> {
  secrets.add(await secret);
  return secret;
}

const bearer = (value: string = token): Lines => [["Authorization", `Bearer ${value}`]];

/** Calls that reached AWS, but for those that ask for keys: a key id that nobody knows is worth one look. */
function asked(): number {
  return Object.entries(countsOf(stack.aws)).reduce(
    (sum, [call, count]) => (call === "user-pool:jwks.json" ? sum : sum + count),
    0,
  );
}

async function expectRefusal(bytes: string | Buffer, expected: Expected): Promise<RawAnswer> {
  const before = asked();
  const { answers, text } = await exchange(stack.ports.listen, bytes);
  told.push(text);
  expect(answers.length).toBe(1);
  const answer = answers[0]!;
  const { reason, form = "s3", status = REFUSALS[reason].status } = expected;
  const requestId = answer.headers.get("x-postern-request-id");
  expect({ reason: answer.headers.get("x-postern-reason"), status: answer.status }).toEqual({
    reason,
    status,
  });
  expect(requestId).toMatch(/^[\w-]{36}$/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.has("www-authenticate")).toBe(isTokenRefusal(reason));
  expectForm(answer, form, reason);
  expect(asked()).toBe(before);
  const outcomes = stack.outcomes.filter((outcome) => outcome.requestId === requestId);
  expect(outcomes).toMatchObject([{ outcome: "refused", reason, status }]);
  return answer;
}

function expectForm({ headers, body }: RawAnswer, form: Form, reason: RefusalCode): void {
  const requestId = headers.get("x-postern-request-id");
  const { sentence } = REFUSALS[reason];
  if (form === "s3") {
    expect(headers.get("content-type")).toBe("application/xml");
    expect(body).toContain(`<RequestId>${requestId}</RequestId>`);
    expect(body).toMatch(/<Error><Code>\w+<\/Code><Message>/);
  } else if (form === "dynamodb") {
    expect(headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(JSON.parse(body)).toEqual({ __type: expect.stringMatching(/#\w+$/), message: sentence });
  } else {
    expect(JSON.parse(body)).toEqual({ reason, message: sentence, requestId });
  }
}

const OBJECT = "GET /s3/reports/q3.txt";

const places = (value: string): Lines => [
  ["Authorization", `Bearer ${value}`],
  ["X-Amz-Security-Token", value],
  ["X-Postern-Token", value],
  ["X-Postern-Id-Token", value],
];

const claimsOf = (text: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

const seconds = (): number => Math.floor(Date.now() / 1000);

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const refuses = async (value: string, reason: RefusalCode): Promise<void> => {
  await keep(value);
  await expectRefusal(requestText(OBJECT, bearer(value)), { reason });
  // The same token as an SDK sends it, in the same words.
  const asSession: Lines = [
    ["Authorization", sdkAuthorization()],
    ["X-Amz-Security-Token", value],
  ];
  await expectRefusal(requestText("GET /reports/q3.txt", asSession), { reason });
};

const authorization = (): string => `Authorization: Bearer ${token}`;

const head = (...lines: readonly string[]): string => [...lines, authorization(), "", ""].join("\r\n");

const smuggling = (...lines: readonly string[]): string =>
  `${head("PUT /s3/reports/x HTTP/1.1", "Host: x", ...lines)}0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`;

const codedPut = (version: string, ...lines: readonly string[]): string =>
  `${head(`PUT /s3/reports/x HTTP/${version}`, "Host: x", ...lines)}0\r\n\r\n`;

const putObject = (lines: Lines, target = "/s3/reports/new.txt"): string =>
  requestText(`PUT ${target}`, [...bearer(), ["Content-Length", "1"], ...lines], "x");

const leadingTo = (place: string): string => putObject([["X-Amz-Website-Redirect-Location", place]]);

const framedUpload = (lines: Lines, body: string): string =>
  requestText(
    "PUT /s3/reports/framed.txt",
    [
      ...bearer(),
      ["Content-Encoding", "aws-chunked"],
      ["X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
      ["Content-Length", String(body.length)],
      ...lines,
    ],
    body,
  );

const expectLie = async (bytes: string, reason: RefusalCode): Promise<void> => {
  const { answers, text } = await exchange(stack.ports.listen, bytes);
  told.push(text);
  expect(answers[0]?.headers.get("x-postern-reason")).toBe(reason);
  const { answers: found } = await exchange(
    stack.ports.listen,
    requestText("GET /s3/reports/framed.txt", bearer()),
  );
  expect(found[0]?.status).toBe(404);
};

const getItem = (body: string, changes: Readonly<Record<string, string>> = {}): string => {
  const lines = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
    "Content-Length": String(Buffer.byteLength(body)),
    ...changes,
  };
  return requestText("POST /dynamodb/", [...bearer(), ...Object.entries(lines)], body);
};

const deleteObjects = (body: string, lines: Lines = []): string =>
  requestText(
    "POST /s3/reports?delete",
    [...bearer(), ["Content-Length", String(body.length)], ...lines],
    body,
  );

describe("a request without exactly one token is refused", () => {
  it("when it has none", async () => {
    await expectRefusal(requestText(OBJECT), { reason: "token-missing" });
    await expectRefusal(requestText(OBJECT, [["X-Postern-Id-Token", token]]), { reason: "two-tokens" });
    await expectRefusal(requestText(OBJECT, [["Cookie", `session=${token}`]]), { reason: "token-missing" });
    const inQuery = requestText(`${OBJECT}?postern-token=x`);
    await expectRefusal(inQuery, { reason: "token-missing" });
  });

  it("S1.4 refuses two tokens in every pair of places, and one place twice", async () => {
    const all = places(token);
    for (const [i, first] of all.entries()) {
      for (const second of all.slice(i)) {
        // The last place is none for a token that stands alone, so twice there is two tokens all the same.
        await expectRefusal(requestText(OBJECT, [first, second]), { reason: "two-tokens" });
      }
    }
    await expectRefusal(requestText(OBJECT, all), { reason: "two-tokens" });
  });

  it("S1.4 refuses an SDK's signature beside a Bearer token and beside another token", async () => {
    const signature: Lines[number] = ["Authorization", sdkAuthorization()];
    const session: Lines[number] = ["X-Amz-Security-Token", token];
    const lines: Lines = [signature, session, ["X-Postern-Token", token]];
    await expectRefusal(requestText("GET /reports/q3.txt", lines), { reason: "two-tokens" });
    const both: Lines = [signature, ...bearer(), session];
    await expectRefusal(requestText("GET /reports/q3.txt", both), { reason: "two-tokens" });
  });

  it("when its Authorization is of another kind", async () => {
    const basic = Buffer.from(`admin:${await keep("Postern-1!")}`).toString("base64");
    secrets.add(basic);
    for (const value of [`Basic ${basic}`, "Bearer", "Bearer ", token, `Token ${token}`, "Negotiate YII="]) {
      await expectRefusal(requestText(OBJECT, [["Authorization", value]]), { reason: "token-malformed" });
    }
  });

  it("when somebody's real AWS credentials sign it", async () => {
    const session = await keep("IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDreal+looking/token==");
    const lines: Lines = [
      ["Authorization", sdkAuthorization()],
      ["X-Amz-Security-Token", session],
    ];
    await expectRefusal(requestText("GET /reports/q3.txt", lines), { reason: "token-malformed" });
    const longLived: Lines = [["Authorization", sdkAuthorization()]];
    await expectRefusal(requestText("GET /reports/q3.txt", longLived), { reason: "token-missing" });
  });
});

/** As an SDK signs with made-up keys. */
function sdkAuthorization(scope = "us-east-1/s3"): string {
  const signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
  secrets.add(signature);
  return `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/${scope}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
}

describe("a token that proves nothing is refused", () => {
  it("for its times", async () => {
    const { tokens } = stack.aws.identity;
    const claims = claimsOf(token);
    await refuses(await tokens.sign("id", { ...claims, exp: seconds() - 1 }), "token-expired");
    await refuses(await tokens.sign("id", { ...claims, nbf: seconds() + 60 }), "token-not-yet-valid");
    const { exp: _, ...endless } = claims;
    await refuses(await tokens.sign("id", endless), "token-malformed");
    await refuses(await tokens.sign("id", { ...claims, exp: "9999999999" }), "token-malformed");
  });

  it("for whom it was made by, made for and made as", async () => {
    const { tokens } = stack.aws.identity;
    const claims = claimsOf(token);
    const issuer = (iss: unknown) => tokens.sign("id", { ...claims, iss });
    await refuses(
      await issuer("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OTHER"),
      "token-issuer",
    );
    await refuses(await issuer(`${tokens.issuer}/`), "token-issuer");
    await refuses(await issuer(undefined), "token-malformed");
    await refuses(await tokens.sign("id", { ...claims, aud: "somebody-else" }), "token-client");
    const { aud: _, ...toNobody } = claims;
    await refuses(await tokens.sign("id", toNobody), "token-client");
    await refuses(await tokens.issueAccessToken({ username: "admin", clientId: "web" }), "token-use");
    await refuses(await tokens.sign("id", { ...claims, token_use: "refresh" }), "token-use");
  });

  it("for its signature", async () => {
    const { tokens } = stack.aws.identity;
    const [head = "", body = "", signature = ""] = token.split(".");
    const { kid, publicJwk } = tokens.signingKey("id");
    const secret = Buffer.from(publicJwk.n ?? "", "base64url");
    const hmacInput = `${encode({ alg: "HS256", kid })}.${body}`;
    const hmac = createHmac("sha256", secret).update(hmacInput).digest("base64url");
    const promoted = encode({ ...claimsOf(token), "cognito:groups": ["admins", "everything"] });
    for (const forged of [
      `${encode({ alg: "none", kid })}.${body}.`,
      `${encode({ alg: "none", kid })}.${body}.${signature}`,
      `${hmacInput}.${hmac}`,
      `${head}.${promoted}.${signature}`,
      `${head}.${body}.${Buffer.alloc(256, 7).toString("base64url")}`,
      await tokens.sign("id", claimsOf(token), { kid: "nobody" }),
    ]) {
      await refuses(forged, "token-signature");
    }
  });

  it("for its form", async () => {
    const { tokens } = stack.aws.identity;
    const [head = "", body = "", signature = ""] = token.split(".");
    for (const malformed of [
      "x",
      `${head}.${body}`,
      `${head}.${body}.${signature}.`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}!.${signature}`,
      `${head}.${Buffer.from("[]").toString("base64url")}.${signature}`,
      `${head}.${Buffer.from('{"iss":"a","iss":"b","exp":1}').toString("base64url")}.${signature}`,
      `${head}.${Buffer.from('{"iss":"\u00ff', "latin1").toString("base64url")}.${signature}`,
      await tokens.sign("id", claimsOf(token), { jku: "https://evil.example/keys.json" }),
      `${token}${"A".repeat(20 * 1024)}`,
    ]) {
      await refuses(malformed, "token-malformed");
    }
  });

  it("also where it asks who it is", async () => {
    const whoami = "GET /.postern/whoami";
    await expectRefusal(requestText(whoami), { reason: "token-missing", form: "json" });
    const expired = await stack.aws.identity.tokens.sign("id", { ...claimsOf(token), exp: 1 });
    await expectRefusal(requestText(whoami, bearer(await keep(expired))), {
      reason: "token-expired",
      form: "json",
    });
    const both: Lines = [...bearer(), ["X-Postern-Token", token]];
    await expectRefusal(requestText(whoami, both), { reason: "two-tokens", form: "json" });
  });
});

describe("a target that can be read in two ways, or in none, is refused before AWS sees it", () => {
  const targets: readonly (readonly [target: string, expected: Expected])[] = [
    ["/s3/reports/../audit/2026/log.txt", { reason: "target-ambiguous" }],
    ["/s3/../dynamodb/", { reason: "target-malformed" }],
    ["/s3/reports/%2e%2e/audit", { reason: "target-ambiguous" }],
    ["/s3/reports/%2E./audit", { reason: "target-ambiguous" }],
    ["/s3/reports/..%2faudit/x", { reason: "target-ambiguous" }],
    ["/s3/reports/a%2f..%2fb", { reason: "target-ambiguous" }],
    ["/s3/reports/./q3.txt", { reason: "target-ambiguous" }],
    ["/s3/reports/%2e/q3.txt", { reason: "target-ambiguous" }],
    ["/s3/reports/q3.txt/..", { reason: "target-ambiguous" }],
    ["/s3/%2e%2e/reports/q3.txt", { reason: "target-malformed" }],
    ["/s3/reports%2fq3.txt/../x", { reason: "target-ambiguous" }],
    ["/s3/reports/%zz", { reason: "target-malformed" }],
    ["/s3/reports/%", { reason: "target-malformed" }],
    ["/s3/reports/%ff", { reason: "target-malformed" }],
    ["/s3/reports/%ed%a0%80", { reason: "target-malformed" }],
    ["/s3/reports/%c0%af", { reason: "target-malformed" }],
    [`/s3/reports/${"k".repeat(1025)}`, { reason: "target-malformed" }],
    ["/s3/Reports/q3.txt", { reason: "target-malformed" }],
    ["/s3//reports/q3.txt", { reason: "target-ambiguous" }],
    ["/s3/my-bucket--x-s3/key", { reason: "target-ambiguous" }],
    ["/s3/reports/q3.txt#x", { reason: "target-malformed" }],
    ["/s3/reports\\q3.txt", { reason: "target-malformed" }],
    ["//s3/reports/q3.txt", { reason: "upstream-unknown", form: "json" }],
    ["/", { reason: "upstream-unknown", form: "json" }],
    ["/S3/reports/q3.txt", { reason: "upstream-unknown", form: "json" }],
    ["/%733/reports/q3.txt", { reason: "upstream-unknown", form: "json" }],
    ["/nothing/here", { reason: "upstream-unknown", form: "json" }],
    ["/__proto__/x", { reason: "upstream-unknown", form: "json" }],
    ["/x/../s3/reports/q3.txt", { reason: "upstream-unknown", form: "json" }],
    ["/x/../.postern/whoami", { reason: "upstream-unknown", form: "json" }],
    ["/%2epostern/whoami", { reason: "upstream-unknown", form: "json" }],
    ["/.postern", { reason: "upstream-unknown", form: "json" }],
    ["/.POSTERN/whoami", { reason: "upstream-unknown", form: "json" }],
    ["/.postern/", { reason: "upstream-unknown", form: "json" }],
    ["/.postern/nothing", { reason: "upstream-unknown", form: "json" }],
    ["/.postern/../s3/reports/q3.txt", { reason: "target-ambiguous", form: "json" }],
    ["/.postern/../.postern/whoami", { reason: "target-ambiguous", form: "json" }],
    ["/.postern/x/../whoami", { reason: "target-ambiguous", form: "json" }],
    ["/.postern/%77hoami", { reason: "target-ambiguous", form: "json" }],
    ["/.postern//whoami", { reason: "target-ambiguous", form: "json" }],
    ["/.postern/whoami#x", { reason: "target-malformed", form: "json" }],
    ["http://evil.example/s3/reports/q3.txt", { reason: "target-malformed", form: "json" }],
    ["http://postern.test/.postern/whoami", { reason: "target-malformed", form: "json" }],
    ["s3/reports/q3.txt", { reason: "target-malformed", form: "json" }],
    ["*", { reason: "target-malformed", form: "json" }],
  ];
  it.each(targets)("%s", async (target, expected) => {
    await expectRefusal(requestText(`GET ${target}`, bearer()), expected);
  });

  it.each(["[0:0:0:0:0:0:0:1]", "[::FFFF:127.0.0.1]"])(
    "a page of Postern's own at %s, which no URL has so",
    async (host) => {
      const text = `GET /.postern/whoami HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      await expectRefusal(text, { reason: "target-malformed", form: "json" });
    },
  );

  it.each([
    ["a control byte", "GET /s3/reports/\x01 HTTP/1.1"],
    ["a NUL", "GET /s3/reports/\0 HTTP/1.1"],
    ["a tab", "GET /s3/reports/a\tb HTTP/1.1"],
    ["a space", "GET /s3/reports/a b HTTP/1.1"],
    ["DEL", "GET /s3/reports/\x7f HTTP/1.1"],
    ["UTF-8 that is not escaped", "GET /s3/reports/\xc3\xa9 HTTP/1.1"],
    ["Latin-1", "GET /s3/reports/\xe9 HTTP/1.1"],
  ])("%s in the target", async (_, line) => {
    const text = `${line}\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    await expectRefusal(text, { reason: "target-malformed", form: "json" });
  });
});

describe("a request that is not plain HTTP/1.1 is refused", () => {
  const malformed: Expected = { reason: "target-malformed", form: "json" };
  const ambiguous: Expected = { reason: "target-ambiguous", form: "json" };

  it("for a method that nobody needs", async () => {
    for (const method of ["TRACE", "PROPFIND", "M-SEARCH", "PURGE", "LINK"]) {
      const expected: Expected = { reason: "method-not-allowed" };
      await expectRefusal(requestText(`${method} /s3/reports/q3.txt`, bearer()), expected);
      const reserved = requestText(`${method} /.postern/whoami`, bearer());
      await expectRefusal(reserved, { ...expected, form: "json" });
    }
    const posted = requestText("POST /.postern/whoami", [...bearer(), ["Content-Length", "0"]]);
    await expectRefusal(posted, { reason: "method-not-allowed", form: "json" });
    await expectRefusal(requestText("BREW /s3/reports/q3.txt", bearer()), malformed);
    await expectRefusal(requestText("get /s3/reports/q3.txt", bearer()), malformed);
  });

  it("for asking to be a tunnel", async () => {
    await expectRefusal(head("CONNECT evil.example:443 HTTP/1.1", "Host: evil.example:443"), {
      reason: "method-not-allowed",
      form: "json",
    });
    const websocket: Lines = [...bearer(), ["Connection", "Upgrade"], ["Upgrade", "websocket"]];
    await expectRefusal(requestText(OBJECT, websocket), { reason: "upgrade-not-accepted" });
  });

  it("for its Host", async () => {
    await expectRefusal(head("GET /s3/reports/q3.txt HTTP/1.1"), { reason: "target-malformed" });
    await expectRefusal(head("GET /s3/reports/q3.txt HTTP/1.0"), { reason: "target-malformed" });
    for (const host of ["", "a b", "a@b", "a/b", "a:b", "a:80:80", "[::1"]) {
      const text = requestText(OBJECT, [["Host", host], ...bearer()]);
      await expectRefusal(text, { reason: "target-malformed" });
    }
    const two: Lines = [["Host", "a"], ["Host", "a"], ...bearer()];
    await expectRefusal(requestText(OBJECT, two), { reason: "target-ambiguous" });
    const whoami = requestText("GET /.postern/whoami", [["Host", "a b"], ...bearer()]);
    await expectRefusal(whoami, malformed);
  });

  it("for a length that has two readings", async () => {
    for (const lines of [
      ["Content-Length: 5", "Content-Length: 6"],
      ["Content-Length: 5", "Content-Length: 5"],
      ["Content-Length: 5", "Transfer-Encoding: chunked"],
      ["Transfer-Encoding: chunked", "Content-Length: 5"],
      ["Transfer-Encoding: chunked, identity"],
      ["Content-Length: +5"],
      ["Content-Length: 0x5"],
      ["Content-Length: 5, 5"],
      ["Content-Length: -1"],
      ["Content-Length: 99999999999999999999999"],
    ]) {
      await expectRefusal(smuggling(...lines), ambiguous);
    }
  });

  it("for a transfer coding that is not chunked alone, or that HTTP/1.0 does not have", async () => {
    const expected: Expected = { reason: "target-ambiguous" };
    for (const coding of ["gzip, chunked", "identity", "xchunked", "chunked;q=1"]) {
      await expectRefusal(codedPut("1.1", `Transfer-Encoding: ${coding}`), expected);
    }
    await expectRefusal(codedPut("1.0", "Transfer-Encoding: chunked"), expected);
  });

  it("for how its header lines are written", async () => {
    await expectRefusal(head(`${OBJECT} HTTP/1.1`, "Host: x", "X-A: b", " c"), malformed);
    await expectRefusal(head(`${OBJECT} HTTP/1.1`, "Host : x"), malformed);
    await expectRefusal(head(`${OBJECT} HTTP/1.1`, "Host: x", "X-A\0: b"), malformed);
    await expectRefusal(head(`${OBJECT} HTTP/1.1`, "Host: x", "X-A: b\x01"), malformed);
    await expectRefusal(head(`${OBJECT} HTTP/1.1`, "Host: x", "no colon"), malformed);
    await expectRefusal(`${OBJECT} HTTP/1.1\nHost: x\n${authorization()}\n\n`, malformed);
    await expectRefusal(head(`${OBJECT} HTTP/3.0`, "Host: x"), malformed);
    for (const version of ["2.0", "0.9"]) {
      await expectRefusal(head(`${OBJECT} HTTP/${version}`, "Host: x"), { reason: "target-malformed" });
    }
    await expectRefusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", malformed);
    await expectRefusal(Buffer.from("160301020001fc0303", "hex"), malformed);
  });

  it("for a head of more than 64 KiB, and the answer is not lost to what still comes", async () => {
    const lines: Lines = [...bearer(), ["X-Filler", "y".repeat(512 * 1024)]];
    await expectRefusal(requestText(OBJECT, lines), {
      reason: "header-not-allowed",
      status: 431,
      form: "json",
    });
  });

  it("for an expectation that nobody can meet", async () => {
    const lines: Lines = [...bearer(), ["Expect", "tea"], ["Content-Length", "3"]];
    await expectRefusal(requestText("PUT /s3/reports/x", lines), {
      reason: "header-not-allowed",
      form: "json",
    });
  });

  it("for a Connection that names headers of the request", async () => {
    for (const named of ["authorization", "close, x-amz-acl", "range"]) {
      const lines: Lines = [...bearer(), ["Connection", named]];
      await expectRefusal(requestText(OBJECT, lines), { reason: "target-ambiguous" });
    }
  });

  it("but not for offering HTTP/2, which is left unheard", async () => {
    const lines: Lines = [
      ...bearer(),
      ["Connection", "Upgrade, HTTP2-Settings"],
      ["Upgrade", "h2c"],
      ["HTTP2-Settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"],
    ];
    // Node loses what stands behind such a request, so the connection must not be used again.
    const pipelined = requestText(OBJECT, lines) + requestText(OBJECT, bearer());
    const { answers } = await exchange(stack.ports.listen, pipelined, { answers: Infinity });
    expect(answers.map(({ status, headers }) => [status, headers.get("connection")])).toEqual([
      [200, "close"],
    ]);
  });
});

describe("one connection with many requests", () => {
  it("answers each in its order, the refused ones too", async () => {
    const requests = [
      requestText(OBJECT, bearer()),
      requestText(OBJECT),
      requestText("GET /s3/reports/q4.txt", bearer()),
      requestText("DELETE /s3/audit/2026/log.txt", bearer()),
      requestText("GET /.postern/whoami", bearer()),
    ];
    const { answers } = await exchange(stack.ports.listen, requests.join(""), { answers: 5 });
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 403, 200]);
    expect(answers[2]?.body).toMatch(/^Fourth quarter/);
  });

  it("loses the connection, and no answer is taken for another's, where garbage follows", async () => {
    const { text } = await exchange(
      stack.ports.listen,
      `${requestText(OBJECT, bearer())}\0\0garbage\r\n\r\n`,
      {
        answers: Infinity,
      },
    );
    expect(text).not.toContain("400");
  });
});

describe("a request that S3 could take for more than was decided is refused", () => {
  const forbidden: Expected = { reason: "header-not-allowed" };

  it("S1.5 refuses presigned requests of both kinds, and says where to ask", async () => {
    for (const query of [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA&X-Amz-Signature=00",
      "x-amz-signature=00",
      "X-Amz-Security-Token=abc",
      "AWSAccessKeyId=AKIA&Expires=1&Signature=abc",
      "versionId=1&signature",
    ]) {
      const answer = await expectRefusal(requestText(`${OBJECT}?${query}`, bearer()), {
        reason: "presigned-not-accepted",
      });
      expect(answer.body).toContain("/.postern/presign");
    }
    for (const query of ["X%2DAmz-Signature=00", "%53ignature=00"]) {
      const reason = "presigned-not-accepted";
      await expectRefusal(requestText(`${OBJECT}?${query}`, bearer()), { reason });
    }
  });

  it("S3.4 refuses headers that it does not know, and a known one on two lines", async () => {
    await expectRefusal(putObject([["X-Amz-Something-New", "1"]]), forbidden);
    const acls: Lines = [
      ["X-Amz-Acl", "private"],
      ["x-amz-acl", "public-read"],
    ];
    await expectRefusal(putObject(acls), { reason: "target-ambiguous" });
  });

  it("S3.4 refuses headers that a rule must name, and lets through what one names", async () => {
    const encryption = "X-Amz-Server-Side-Encryption";
    for (const name of [`${encryption}-Customer-Key`, `${encryption}-Aws-Kms-Key-Id`]) {
      await expectRefusal(putObject([[name, "a"]]), { reason: "denied-no-rule" });
    }
    await expectRefusal(leadingTo("//evil.example"), { reason: "denied-no-rule" });
    const { answers } = await exchange(stack.ports.listen, leadingTo("/index.html"));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it("S3.2 refuses selectors that do not belong together or there", async () => {
    await expectRefusal(putObject([], "/s3/reports/new.txt?x-amz-acl=public-read"), {
      reason: "query-not-allowed",
    });
    for (const target of ["/s3/reports?acl&policy", "/s3/reports/q3.txt?policy", "/s3/reports?acl&acl"]) {
      const { reason } = await refusalOf(requestText(`GET ${target}`, bearer()));
      expect(["target-ambiguous", "query-not-allowed", "operation-unknown"]).toContain(reason);
    }
  });

  it("S3.5 refuses a DeleteObjects that brings a document type, and one that is compressed", async () => {
    const xml = `<!DOCTYPE x [<!ENTITY k "q3.txt">]><Delete><Object><Key>&k;</Key></Object></Delete>`;
    await expectRefusal(deleteObjects(xml), { reason: "body-malformed" });
    const plain = "<Delete><Object><Key>a</Key></Object></Delete>";
    await expectRefusal(deleteObjects(plain, [["Content-Encoding", "gzip"]]), forbidden);
    await expectRefusal(deleteObjects(plain, [["Content-Encoding", "aws-chunked"]]), forbidden);
    await expectRefusal(deleteObjects(plain.replace("<Key>a", "<Key>b</Key><Key>a")), {
      reason: "body-malformed",
    });
  });
});

/** Of a refusal whose exact reason is for others to test: still in form, and never forwarded. */
async function refusalOf(bytes: string): Promise<{ reason: RefusalCode }> {
  const before = asked();
  const { answers, text } = await exchange(stack.ports.listen, bytes);
  told.push(text);
  const reason = answers[0]?.headers.get("x-postern-reason") as RefusalCode;
  expect(asked()).toBe(before);
  return { reason };
}

describe("a framed upload that lies", () => {
  const chunks = "5\r\nhello\r\n0\r\n\r\n";

  it("about its length", async () => {
    await expectLie(framedUpload([["X-Amz-Decoded-Content-Length", "4"]], chunks), "payload-mismatch");
    await expectLie(framedUpload([["X-Amz-Decoded-Content-Length", "6"]], chunks), "payload-mismatch");
    await expectLie(framedUpload([["X-Amz-Decoded-Content-Length", "500"]], chunks), "body-malformed");
    await expectLie(framedUpload([], chunks), "length-required");
  });

  it("about its end", async () => {
    const lines: Lines = [["X-Amz-Decoded-Content-Length", "5"]];
    await expectLie(framedUpload(lines, "5\r\nhello\r\n"), "body-malformed");
    await expectLie(framedUpload(lines, `${chunks}more`), "body-malformed");
    await expectLie(framedUpload(lines, "5\nhello\n0\n\n"), "body-malformed");
    await expectLie(framedUpload(lines, "z\r\nhello\r\n0\r\n\r\n"), "body-malformed");
    await expectLie(
      framedUpload([...lines, ["X-Amz-Trailer", "x-amz-checksum-crc32"]], chunks),
      "body-malformed",
    );
  });
});

describe("a DynamoDB request with two readings is refused", () => {
  const item = '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}';
  const form = "dynamodb" as const;

  it("for its body", async () => {
    const expected: Expected = { reason: "body-malformed", status: 400, form };
    for (const body of [
      "",
      "{",
      "[]",
      `${item}x`,
      `\u00ef\u00bb\u00bf${item}`,
      item.replace("{", '{"TableName":"Other",'),
      item.replace('{"S":"acme"', '{"S":"globex","S":"acme"'),
      '{"TableName":"\xff"}',
    ]) {
      const bytes = Buffer.from(body, "latin1");
      await expectRefusal(getItem(body, { "Content-Length": String(bytes.length) }), expected);
    }
  });

  it("for how its body is said to be written", async () => {
    const expected: Expected = { reason: "header-not-allowed", status: 400, form };
    for (const changes of [
      { "Content-Type": "application/json" },
      { "Content-Type": "application/x-amz-json-1.1" },
      { "Content-Type": "application/x-amz-json-1.0; charset=utf-16" },
      { "Content-Encoding": "gzip" },
      { "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
    ]) {
      await expectRefusal(getItem(item, changes), expected);
    }
  });

  it("for its target", async () => {
    for (const target of [
      "DynamoDB_20120810.Nothing",
      "DynamoDB_20111205.GetItem",
      "DynamoDB_20120810.getitem",
      "DynamoDB_20120810.constructor",
      "",
    ]) {
      const expected: Expected = { reason: "operation-unknown", status: 400, form };
      await expectRefusal(getItem(item, { "X-Amz-Target": target }), expected);
    }
    const twice = requestText("POST /dynamodb/", [
      ...bearer(),
      ["X-Amz-Target", "DynamoDB_20120810.GetItem"],
      ["X-Amz-Target", "DynamoDB_20120810.DeleteTable"],
      ["Content-Length", "0"],
    ]);
    await expectRefusal(twice, { reason: "target-ambiguous", status: 400, form });
    await expectRefusal(getItem(item).replace("POST /dynamodb/", "POST /dynamodb/x"), {
      reason: "target-malformed",
      status: 400,
      form,
    });
  });

  it("for its size, stated or found out", async () => {
    const small = await startStack({
      config: (yaml) =>
        withoutGuests(yaml).replace("service: dynamodb }", "service: dynamodb, maxBody: 1KiB }"),
    });
    try {
      const authorization = bearer(await keep(small.tokenOf("admin")));
      const lines: Lines = [
        ...authorization,
        ["Content-Type", "application/x-amz-json-1.0"],
        ["X-Amz-Target", "DynamoDB_20120810.GetItem"],
      ];
      const big = "x".repeat(5000);
      const stated = requestText("POST /dynamodb/", [...lines, ["Content-Length", "5000"]], big);
      const chunk = `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
      const found = requestText("POST /dynamodb/", [...lines, ["Transfer-Encoding", "chunked"]], chunk);
      for (const text of [stated, found]) {
        const { answers } = await exchange(small.ports.listen, text);
        expect(answers[0]?.headers.get("x-postern-reason")).toBe("body-too-large");
        expect(answers[0]?.status).toBe(413);
      }
      expect(small.outcomes.map(({ reason }) => reason)).toEqual(["body-too-large", "body-too-large"]);
      expect(small.arrived()).toBe(0);
    } finally {
      await small.close();
    }
  });

  it("and every refusal of a token has DynamoDB's own form", async () => {
    const unsigned = getItem(item).replace(/Authorization: [^\r]*\r\n/, "");
    await expectRefusal(unsigned, { reason: "token-missing", status: 400, form });
    const sdk: Lines = [
      ["Authorization", sdkAuthorization("us-east-1/dynamodb")],
      ["X-Amz-Security-Token", "nothing-of-ours"],
      ["X-Amz-Target", "DynamoDB_20120810.ListTables"],
    ];
    await expectRefusal(requestText("POST /", sdk), { reason: "token-malformed", status: 400, form });
  });
});

it("a secret never reaches a log", async () => {
  // Requests that succeed, and such as AWS refuses, leave their traces too.
  for (const target of ["/s3/reports/q3.txt", "/s3/reports/no-such-key", "/.postern/whoami"]) {
    told.push((await exchange(stack.ports.listen, requestText(`GET ${target}`, bearer()))).text);
  }
  const all = [stack.logged(), ...told].join("\n");
  expect(secrets.size).toBeGreaterThan(30);
  expect(stack.logged().split("\n").length).toBeGreaterThan(200);
  for (const secret of secrets) {
    for (const part of [secret, ...secret.split(".")].filter(({ length }) => length > 8)) {
      expect(all.includes(part), part).toBe(false);
    }
  }
  expect(all).not.toMatch(/eyJ[\w-]{10}|Signature=|Credential=|AWS4-HMAC/);
});
