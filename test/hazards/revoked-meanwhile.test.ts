import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request as httpRequest, type RequestOptions } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { order } from "../support/orders.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { countsOf, type Stack, startStack, type StackOptions } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { type Echo, handshake, startEcho } from "../support/web-sockets.ts";

const ANALYST = "00000000-aaaa-4000-8000-000000000002";
const ROLE = "arn:aws:iam::123456789012:role/analyst";
const GIVES_KEYS = `{ name: keys, who: { groups: [analysts] }, allow: [postern:GetCredentials], on: ["${ROLE}"], role: ${ROLE} }`;
const EXCHANGE = { service: "cognito-identity", operation: "GetCredentialsForIdentity" };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let folder: string;
let stack: Stack;
let upstream: OwnUpstream | undefined;
let echo: Echo | undefined;
/** How far the clock is ahead. */
let aheadMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-meanwhile-"));
  aheadMs = 0;
});

afterEach(async () => {
  await stack.close();
  await upstream?.close();
  await echo?.close();
  [upstream, echo] = [undefined, undefined];
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const withDenylist = (yaml: string): string =>
  yaml.replace("guests: allow", `guests: allow\n  denylistFile: "${at("denied.txt")}"`);

const now = (): number => Date.now() + aheadMs;

async function start({ config = (yaml) => yaml, ...options }: StackOptions = {}): Promise<void> {
  writeFileSync(at("denied.txt"), "");
  stack = await startStack({ ...options, now, aws: { now }, config: (yaml) => config(withDenylist(yaml)) });
}

const revoke = async (): Promise<void> => {
  const entry = `sub:local/${ANALYST}`;
  expect((await order(stack.ports.operator, "/revoke", { entry })).status).toBe(200);
};
const expire = (): void => void (aheadMs = 2 * 3_600_000);

const WAYS = [
  ["revoked", revoke, "token-revoked"],
  ["no longer good by his token", expire, "token-expired"],
] as const;

/** A request of which half the body has come; gives the reason that it is answered with. */
async function sendHalf(target: string, token: string): Promise<() => Promise<string | undefined>> {
  const headers = [["Authorization", `Bearer ${token}`] as const, ["Content-Length", "8"] as const];
  const socket = await openSocket(stack.ports.listen);
  let received = "";
  socket.on("data", (chunk) => (received += String(chunk)));
  socket.write(requestText(`POST ${target}`, headers, '{"a"'));
  await vi.waitFor(async () =>
    expect((await scrape(stack.ports.probes))("postern_in_flight_requests")).toBe(1),
  );
  return async () => {
    socket.write(": 1}");
    await until(() => received.includes("\r\n\r\n"));
    socket.destroy();
    return /x-postern-reason: (\S+)/i.exec(received)?.[1];
  };
}

/** Asks as no browser does. */
async function ask(options: RequestOptions): Promise<IncomingMessage> {
  const [answer] = (await once(httpRequest(options).end(), "response")) as [IncomingMessage];
  return answer;
}

const invocations = (): number =>
  Object.entries(countsOf(stack.aws)).reduce(
    (sum, [call, count]) => sum + (/^(?:lambda|execute-api):/.test(call) ? count : 0),
    0,
  );

describe.each(WAYS)("who is %s", (_what, end, reason) => {
  it.each([
    ["a function", "analyst", "/resize/x"],
    ["an API that wants a signature", "analyst", "/orders/orders"],
    ["an API that wants the token", "profile", "/profiles/me"],
  ])("while his body comes is refused, and %s is not asked", async (_service, user, target) => {
    await start({
      config: (yaml) => yaml.replace("ordersapi1/prod/GET/orders*", "ordersapi1/prod/*/orders*"),
    });
    const { id, access } = await stack.tokensOf("analyst");
    const finish = await sendHalf(target, user === "profile" ? access : id);
    await end();
    expect(await finish()).toBe(reason);
    expect(invocations()).toBe(0);
  });
});

const withKeys = (yaml: string): string =>
  yaml
    .replace("rules:\n", `rules:\n    - ${GIVES_KEYS}\n`)
    .replace("presign: {}\n  credentials: {}", "presign: {}\n  credentials: { real: true }");
/** Credentials take long. */
const slowly: StackOptions = { faults: [{ ...EXCHANGE, effect: { kind: "latency", ms: 700 } }] };
const meanwhile = async (): Promise<void> => {
  await until(() => (countsOf(stack.aws)["cognito-identity:GetId"] ?? 0) > 0);
  await revoke();
};
const reasonOf = (answer: Response): string => answer.headers.get("x-postern-reason") ?? "let through";

describe("who is revoked while credentials are got", () => {
  it("does not reach S3", async () => {
    await start(slowly);
    const headers = bearer(await stack.tokenOf("analyst"));
    const asked = fetch(`${stack.url}/s3/reports/q3.txt`, { headers });
    await meanwhile();
    expect(reasonOf(await asked)).toBe("token-revoked");
    expect(stack.arrived()).toBe(0);
  });

  it.each(["Bearer ", ""])("is given no real credentials (with the scheme %j)", async (scheme) => {
    await start({ ...slowly, config: withKeys });
    const headers = { authorization: scheme + (await stack.tokenOf("analyst")) };
    const path = `/.postern/credentials?role=${encodeURIComponent(ROLE)}`;
    const answered = ask({ port: stack.ports.listen, path, headers });
    await meanwhile();
    const answer = await answered;
    expect(answer.headers["x-postern-reason"]).toBe("token-revoked");
    expect(String(await answer.toArray())).not.toContain("SecretAccessKey");
  });

  it("is given no presigned URL", async () => {
    await start(slowly);
    const asked = fetch(`${stack.url}/.postern/presign`, {
      method: "POST",
      headers: { ...bearer(await stack.tokenOf("analyst")), "content-type": "application/json" },
      body: JSON.stringify({ method: "GET", target: "/s3/reports/q3.txt" }),
    });
    await meanwhile();
    const answer = await asked;
    expect(reasonOf(answer)).toBe("token-revoked");
    expect(await answer.text()).not.toContain("X-Amz-Signature");
  });

  it("is signed nothing for an outer proxy", async () => {
    const socketPath = at("authorize.sock");
    await start({ ...slowly, config: (yaml) => `${yaml}\nauthorize: { address: "unix:${socketPath}" }\n` });
    const headers = {
      host: "localhost",
      ...bearer(await stack.tokenOf("analyst")),
      "x-original-method": "GET",
      "x-original-uri": "/s3/reports/q3.txt",
    };
    const answered = ask({ socketPath, path: "/.postern/authorize", headers });
    await meanwhile();
    const told = (await answered).headers;
    expect([told["x-postern-reason"], told["authorization"]]).toEqual(["token-revoked", undefined]);
  });

  it("opens no WebSocket", async () => {
    echo = await startEcho();
    await start({ ...slowly, config: echo.config() });
    const asked = handshake(stack, { headers: bearer(await stack.tokenOf("analyst")) });
    await meanwhile();
    expect(await asked).toMatchObject({ reason: "token-revoked" });
    expect(echo.heads).toEqual([]);
  });
});

it("what AWS would have taken anew is not sent anew for who is revoked meanwhile", async () => {
  const held: (() => void)[] = [];
  upstream = await startUpstream((_, response) => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    held.push(() =>
      response
        .writeHead(403, { "x-amz-request-id": "ASKEDONCE", date })
        .end("<Error><Code>RequestTimeTooSkewed</Code><Message>late</Message></Error>"),
    );
  });
  await start({ config: upstream.config });
  const headers = bearer(await stack.tokenOf("analyst"));
  const asked = fetch(`${stack.url}/s3/reports/q3.txt`, { headers });
  await until(() => held.length === 1);
  await revoke();
  held[0]?.();
  expect((await asked).headers.get("x-postern-reason")).toBe("token-revoked");
  expect(held).toHaveLength(1);
});

it("a denylist counts that was configured while the body came", async () => {
  let text = "";
  await start({ config: (yaml) => (text = yaml) });
  writeFileSync(at("postern.yaml"), text);
  stack.follow(at("postern.yaml"));
  const token = await stack.tokenOf("analyst");
  const finish = await sendHalf("/resize/x", token);
  writeFileSync(at("others.txt"), `sub:local/${ANALYST}\n`);
  writeFileSync(at("next"), text.replace("denied.txt", "others.txt"));
  renameSync(at("next"), at("postern.yaml"));
  const fresh = async () =>
    (await fetch(`${stack.url}/.postern/whoami`, { headers: bearer(token) })).headers.get("x-postern-reason");
  await expect.poll(fresh, { timeout: 10_000 }).toBe("token-revoked");
  expect(await finish()).toBe("token-revoked");
  expect(invocations()).toBe(0);
});
