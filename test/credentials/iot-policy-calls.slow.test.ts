import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsV4Signer } from "aws4fetch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import { createIotPolicyCalls } from "../../src/credentials/iot-policy-calls.ts";
import { createIotPolicy } from "../../src/credentials/iot-policy.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { createOutbound } from "../../src/outbound/call.ts";
import { createClockOffset } from "../../src/signing/clock-offset.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { told } from "../../src/sidecar/told.ts";
import { callerOf } from "../support/callers.ts";
import { endOf, IDENTITY } from "./scripted-aws.ts";

const KEYS = { accessKeyId: "AKIAPOSTERN", secretAccessKey: "postern/secret+", sessionToken: "its/token==" };
const POLICY = "device+own=1,2.3@x-y_z";
const PATHS = {
  get: "/policies/device%2Bown%3D1%2C2.3%40x-y_z",
  put: "/target-policies/device%2Bown%3D1%2C2.3%40x-y_z",
};
const DOCUMENT = JSON.stringify({
  Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "client/${cognito-identity.amazonaws.com:sub}" }],
});

interface Arrived {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let server: Server;
let origin: string;
let arrived: Arrived[];
/** By method, in turn; then all goes well. */
let script: { GET: Answer[]; PUT: Answer[] };

beforeEach(async () => {
  arrived = [];
  script = { GET: [], PUT: [] };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const method = request.method === "PUT" ? "PUT" : "GET";
      arrived.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      const good = method === "GET" ? JSON.stringify({ policyName: POLICY, policyDocument: DOCUMENT }) : "";
      const { status = 200, headers = {}, body: text = good } = script[method].shift() ?? {};
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function use<T>(work: (calls: ReturnType<typeof createIotPolicyCalls>) => Promise<T>): Promise<T> {
  const outbound = createOutbound();
  const calls = createIotPolicyCalls({
    region: "us-east-1",
    endpoint: origin,
    exchange: createExchangeCall({ outbound: outbound.call, onExchange: () => {}, now: Date.now }),
    signer: createSigner(),
    clockOffsetOf: () => createClockOffset(Date.now),
    ambient: async () => KEYS,
  });
  try {
    return await work(calls);
  } finally {
    await outbound.close();
  }
}

const attach = () => use(async ({ attach: put }) => put(POLICY, IDENTITY, callerOf()));
const look = () => use(async ({ getDocument }) => getDocument(POLICY, callerOf()));

/** The `Authorization` that another signer makes of the same request. */
async function expectedAuthorization({ line, headers, body }: Arrived): Promise<string | null> {
  const [method = "", path = ""] = line.split(" ");
  const type = headers["content-type"];
  const signer = new AwsV4Signer({
    ...KEYS,
    method,
    url: `${origin}${path}`,
    headers: type === undefined ? {} : { "content-type": type },
    body,
    service: "iot",
    region: "us-east-1",
    datetime: String(headers["x-amz-date"]),
    allHeaders: true,
  });
  return (await signer.sign()).headers.get("authorization");
}

describe("the calls to AWS IoT", () => {
  it("are what its API reference says, signed by Postern itself as another signer signs them", async () => {
    expect(await look()).toBe(DOCUMENT);
    await attach();
    expect(arrived.map(({ line, body }) => [line, body])).toEqual([
      [`GET ${PATHS.get}`, ""],
      [`PUT ${PATHS.put}`, JSON.stringify({ target: IDENTITY })],
    ]);
    for (const one of arrived) {
      expect(one.headers["x-amz-security-token"]).toBe(KEYS.sessionToken);
      expect(one.headers.authorization).toContain("/us-east-1/iot/aws4_request");
      expect(one.headers.authorization).toBe(await expectedAuthorization(one));
    }
  });

  it("bring nothing of the caller but the identity", async () => {
    await attach();
    expect(JSON.stringify(arrived)).not.toContain("anna");
  });

  it("S2 attach to identities, and to nothing else that may be named as a target", async () => {
    for (const target of ["arn:aws:iot:us-east-1:123456789012:cert/a", "", "us-east-1:x", "a:b:c"]) {
      const error = await endOf(use(async (calls) => calls.attach(POLICY, target, callerOf())));
      expect(error, target).toMatchObject({ code: "internal" });
    }
    expect(arrived).toEqual([]);
  });

  it.each([
    [403, "AccessDeniedException", "credentials-refused"],
    [401, "UnauthorizedException", "credentials-refused"],
    [404, "ResourceNotFoundException", "credentials-refused"],
    [410, "LimitExceededException", "credentials-refused"],
    [400, "InvalidRequestException", "credentials-refused"],
    [403, "UnrecognizedClientException", "credentials-unavailable"],
  ])("refused with %i %s end as that, without another try, and quote nothing", async (status, type, code) => {
    const refusal = {
      status,
      headers: { "x-amzn-errortype": `${type}:http://internal.amazon.com/` },
      body: JSON.stringify({ message: `User: ${KEYS.secretAccessKey} ${IDENTITY}` }),
    };
    script = { GET: [refusal], PUT: [refusal] };
    for (const [name, call] of [
      ["GetPolicy", look],
      ["AttachPolicy", attach],
    ] as const) {
      const error = await endOf(call());
      expect(error).toMatchObject({ code, detail: `${name}: ${status} ${type}` });
      expect(error instanceof Refusal && told(error) + String(error.stack)).not.toMatch(
        /secret|aaaaaaaa|its\/token/,
      );
    }
    expect(arrived).toHaveLength(2);
  });

  it.each([
    [400, "ThrottlingException"],
    [500, "InternalFailureException"],
    [503, "ServiceUnavailableException"],
  ])("that meet %i %s are made again", async (status, type) => {
    script.PUT = [{ status, headers: { "x-amzn-errortype": type } }];
    await attach();
    expect(arrived).toHaveLength(2);
  });

  it("that nobody answers are credentials that cannot be had", async () => {
    server.close();
    server.closeAllConnections();
    expect(await endOf(attach())).toMatchObject({
      code: "credentials-unavailable",
      detail: "AttachPolicy had no answer",
    });
  });

  it("are signed anew where AWS has another time", async () => {
    const date = new Date(Date.now() + 7 * 60_000).toUTCString();
    const late = {
      status: 403,
      headers: { "x-amzn-errortype": "InvalidSignatureException", date },
      body: '{"message":"Signature expired: 2026 is now earlier than 2026"}',
    };
    script.PUT = [late];
    await attach();
    const times = arrived.map(({ headers }) => String(headers["x-amz-date"]));
    expect(new Set(times).size).toBe(2);
  });

  it.each(["", "[]", "{}", '{"policyDocument":{}}', '{"policyDocument":"a","policyDocument":"b"}'])(
    "do not take %j for a policy",
    async (body) => {
      script.GET = [{ body }];
      expect(await endOf(look())).toMatchObject({
        code: "credentials-unavailable",
        detail: "GetPolicy answered no policy document",
      });
    },
  );

  it("are two for a hundred who connect as one identity at a time", async () => {
    await use(async (calls) => {
      const { ensure } = createIotPolicy({
        policy: POLICY,
        calls,
        onAttach: () => {},
        onClientIdOnly: () => {},
        now: Date.now,
      });
      await Promise.all(Array.from({ length: 100 }, async () => ensure(IDENTITY, callerOf())));
      expect(ensure(IDENTITY, callerOf())).toBeUndefined();
    });
    expect(arrived.map(({ line }) => line)).toEqual([`GET ${PATHS.get}`, `PUT ${PATHS.put}`]);
  });
});
