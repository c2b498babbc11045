import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  findChromium,
  type PageServer,
  scriptForPages,
  servePages,
  startChromium,
} from "../support/chromium.ts";
import { NO_MOSQUITTO, startMosquitto } from "../support/mosquitto.ts";
import { startMqttBridge } from "../support/mqtt-bridge.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";
import { throwAwayTls } from "../support/throw-away-tls.ts";
import { until } from "../support/until.ts";
import { bearerProtocol } from "../support/web-sockets.ts";

const path = findChromium();

it.skipIf(path === undefined)(
  path === undefined ? "no chromium is on the path, so no browser is tried" : "chromium is on the path",
  () => expect(path).toBeDefined(),
);

/** Pages that are listed for WebSockets, for WebSockets and cookies, for cookies alone, and not at all. */
let app: PageServer;
let signedIn: PageServer;
let cookies: PageServer;
let other: PageServer;
let stack: Stack;
let browser: Browser;
let token: string;
let admin: string;
/** Those that pages get. */
const scripts = { webSockets: "", things: "" };

/** Listed for both too. */
const SECURE = "https://127.0.0.1:8443";
const SUB = "00000000-aaaa-4000-8000-000000000002";
const NO = "origin-not-allowed";
/** What a page is told of every handshake that came to nothing. */
const NOTHING = [1006, ""];

beforeAll(async () => {
  if (path === undefined) return;
  [app, signedIn, cookies, other] = await Promise.all([
    servePages(),
    servePages(),
    servePages(),
    servePages(),
  ]);
  stack = await startStack({ config });
  [token, admin] = await Promise.all([stack.tokenOf("analyst"), stack.tokenOf("admin")]);
  scripts.webSockets = scriptForPages("web-sockets.js");
  scripts.things = scriptForPages("things.js");
  browser = await startChromium(path);
});
afterAll(async () => {
  await browser?.close();
  await stack?.close();
  await Promise.all([app, signedIn, cookies, other].map((pages) => pages?.close()));
});

const both = ({ near, far }: PageServer): string => `"${near}", "${far}"`;

function config(yaml: string): string {
  const origins = `origins: [${both(app)}, ${both(signedIn)}, "${SECURE}"]`;
  const inQuery = `websocket: { ${origins}, queryToken: true }`;
  const chat = "service: execute-api, api: { id: chatapi001, stage: prod }";
  return yaml
    .replace(`{ ${chat}, websocket: {} }`, `{ ${chat}, ${inQuery} }`)
    .replace("{ service: iotdevicegateway }", `{ service: iotdevicegateway, ${inQuery} }`)
    .replace(
      "upstreams:\n",
      `upstreams:
  quiet: { ${chat}, match: { pathPrefix: /quiet }, websocket: { ${origins} } }
  quietthings: { service: iotdevicegateway, match: { pathPrefix: /quietthings }, websocket: { ${origins} } }
`,
    )
    .replace(
      "guests: allow",
      `guests: allow\n  cookie: { name: session, origins: [${both(cookies)}, ${both(signedIn)}, "${SECURE}"] }`,
    );
}

/** Calls what a script of `pages/` gives to its page. */
function run(page: Page | Frame, name: string, ...args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
}
/** The address of a WebSocket at Postern. */
const at = (target: string, host = "127.0.0.1"): string => `ws://${host}:${stack.ports.listen}${target}`;

/** How many WebSockets are open at the stand-in's API. */
const tunnelsToChat = (): number => stack.aws.webSockets().length;

/** A token of the analyst's that is over after so long. */
const tokenFor = (lifetimeMs: number): Promise<string> =>
  stack.aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web", lifetimeMs });

async function open(origin: string, at: Pick<Browser, "newPage"> = browser): Promise<Page> {
  const page = await at.newPage();
  await page.goto(origin);
  await page.addScriptTag({ content: scripts.webSockets });
  return page;
}
/** The page of an origin at which nobody listens. */
async function openMadeUp(origin: string, at: Pick<Browser, "newPage"> = browser): Promise<Page> {
  const page = await at.newPage();
  await page.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: "<p>mine</p>" }));
  await page.goto(origin);
  await page.addScriptTag({ content: scripts.webSockets });
  return page;
}

describe.skipIf(path === undefined)("a page of a listed origin", () => {
  it.each([
    ["of the same site", () => app.near],
    ["of another site", () => app.far],
  ] as const)("%s talks to an API, and sees no subprotocol but its own", async (_what, origin) => {
    const page = await open(origin());
    for (const protocols of [
      ["chat.v1", bearerProtocol(token)],
      [bearerProtocol(token), "chat.v1"],
    ])
      expect(await run(page, "say", at("/chat"), protocols, "hello")).toEqual({
        protocol: "chat.v1",
        data: "hello",
      });
    const told = await run(page, "say", at("/chat"), ["a", bearerProtocol(token)], '{"action":"whoami"}');
    expect(JSON.stringify(told)).toMatch(/assumed-role\/analyst\//);
    expect(JSON.stringify(told)).not.toContain(token);
    await page.close();
  });

  it("has to offer a subprotocol of its own beside the token, or the browser hangs up", async () => {
    const page = await open(app.near);
    expect(await run(page, "say", at("/chat"), [bearerProtocol(token)], "hello")).toEqual(NOTHING);
    await page.close();
  });

  it("brings its token in the query where that is allowed", async () => {
    const page = await open(app.far);
    const inQuery = (target: string): Promise<unknown> =>
      run(page, "say", at(`${target}?room=1&postern-token=${token}`), [], '{"action":"whoami"}');
    const told = JSON.stringify(await inQuery("/chat"));
    expect(told).toMatch(/"protocol":"".*assumed-role\/analyst\//);
    expect(told).not.toContain(token);
    expect(told).toContain(String.raw`\"query\":{\"room\":[\"1\"]}`);
    expect(await inQuery("/quiet")).toEqual(NOTHING);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "refused", reason: "query-not-allowed" });
    await page.close();
  });

  it("is not told why it may not", async () => {
    const page = await open(app.near);
    const expired = await tokenFor(-1000);
    for (const [target, protocols, reason] of [
      ["/chat", ["a", bearerProtocol(expired)], "token-expired"],
      ["/chat", ["a", `${bearerProtocol(token)}!`], "token-malformed"],
      ["/chat", ["a"], "denied-no-rule"],
      ["/orders/orders", ["a", bearerProtocol(token)], "upgrade-not-accepted"],
      ["/things/mqtt", ["a", bearerProtocol(token)], "upgrade-not-accepted"],
    ] as const) {
      expect(await run(page, "say", at(target), protocols, "hello"), reason).toEqual(NOTHING);
      expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "refused", reason });
    }
    await page.close();
  });

  it("takes its WebSockets along when it goes", async () => {
    await expect.poll(tunnelsToChat).toBe(1); // that of the world
    const page = await open(app.near);
    expect(await run(page, "stay", at("/chat"), ["a", bearerProtocol(token)])).toBe("open");
    expect(tunnelsToChat()).toBe(2);
    await page.goto("about:blank");
    await expect.poll(tunnelsToChat).toBe(1);
    await page.close();
  });
});

/** A page with mqtt.js. */
async function openThings(origin: string, bearer: string | undefined): Promise<Page> {
  const page = await open(origin);
  await page.addScriptTag({ content: scripts.things });
  await page.evaluate(`bearer = ${JSON.stringify(bearer === undefined ? [] : [bearerProtocol(bearer)])}`);
  return page;
}
const toldIn = (page: Page): Promise<unknown[]> => page.evaluate<unknown[]>("told");
/** What comes of something that its client does. */
function act(page: Page, code: string): Promise<unknown> {
  return page.evaluate(`outcomeOf(client.${code})`);
}

describe.skipIf(path === undefined)("mqtt.js in a page of a listed origin", () => {
  const OWN = `things/${SUB}`;
  const OTHERS = "things/00000000-aaaa-4000-8000-000000000003";

  it.each([
    ["as a subprotocol", false],
    ["in the query", true],
  ])("publishes and hears its own, with the token %s", async (_where, isInQuery) => {
    const page = await openThings(app.far, isInQuery ? undefined : token);
    const url = at(isInQuery ? `/things/mqtt?postern-token=${token}` : "/things/mqtt");
    await run(page, "connectThings", url, { clientId: SUB, protocolVersion: 4 });
    expect(stack.aws.iot.clients().map(({ clientId }) => clientId)).toContain(SUB);
    expect(await act(page, `subscribeAsync("${OWN}/#", { qos: 1 })`)).toBe("done");
    expect(await act(page, `publishAsync("${OWN}/warmth", "21.5", { qos: 1 })`)).toBe("done");
    await expect.poll(() => toldIn(page)).toEqual(["mqtt", [`${OWN}/warmth`, "21.5"]]);
    expect(await act(page, `subscribeAsync("${OTHERS}/#")`)).toMatch(/^Subscribe error/);
    // MQTT 3.1.1 has no other answer to it.
    await act(page, `publishAsync("${OTHERS}/warmth", "0")`);
    await expect.poll(async () => (await toldIn(page)).at(-1)).toEqual([1008, "refused"]);
    await page.close();
  });

  it("is told in MQTT 5 what is refused, and goes on", async ({ skip }): Promise<void> => {
    if (NO_MOSQUITTO !== undefined) return skip(NO_MOSQUITTO);
    const broker = await startMosquitto();
    const bridge = await startMqttBridge(broker.port);
    const there = `service: iotdevicegateway, endpoint: "${bridge.url}"`;
    const own = await startStack({
      config: (yaml) => config(yaml).replaceAll("service: iotdevicegateway", there),
    });
    const page = await openThings(app.near, await own.tokenOf("analyst"));
    const url = `${own.url.replace("http", "ws")}/things/mqtt`;
    await run(page, "connectThings", url, { clientId: SUB, protocolVersion: 5 });
    expect(await act(page, `publishAsync("${OTHERS}/warmth", "0", { qos: 1 })`)).toMatch(/ 135$/);
    expect(await act(page, `subscribeAsync("${OWN}/+")`)).toBe("done");
    expect(await act(page, `publishAsync("${OWN}/warmth", "21", { qos: 1 })`)).toBe("done");
    await expect.poll(() => toldIn(page)).toEqual(["mqtt", [`${OWN}/warmth`, "21"]]);
    await own.close();
    await expect
      .poll(async () => (await toldIn(page)).slice(2))
      .toEqual([
        ["DISCONNECT", 0x8b],
        [1001, "drain"],
      ]);
    await page.close();
    await bridge.close();
    await broker.close();
  });

  it("is not connected with the token in the query where that is not allowed", async () => {
    const page = await openThings(app.near, undefined);
    const url = at(`/quietthings/mqtt?postern-token=${token}`);
    await expect(run(page, "connectThings", url, { clientId: SUB })).rejects.toThrow();
    expect(await toldIn(page)).toEqual([NOTHING]);
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: "query-not-allowed" });
    await page.close();
  });
});

/** What a page can ask for, with every kind of token. */
function wishes(base: string): readonly (readonly [url: string, protocols: readonly string[]])[] {
  const bearer = bearerProtocol(admin);
  return [
    [`${base}/chat`, []],
    [`${base}/things/mqtt`, ["mqtt"]],
    [`${base}/chat?postern-token=${admin}`, []],
    [`${base}/things/mqtt?postern-token=${admin}`, ["mqtt"]],
    [`${base}/things/mqtt`, ["mqtt", bearer]],
    [`${base}/chat`, ["chat.v1", bearer]],
  ];
}
/** Everything that a page can try opens nothing, and brings nothing to AWS. */
async function triesInVain(page: Page | Frame, base = at(""), asked = stack): Promise<void> {
  const before = { calls: countsOf(asked.aws), outcomes: asked.outcomes.length };
  const wished = wishes(base);
  expect(await run(page, "tryWebSockets", wished)).toEqual([]);
  const came = asked.outcomes.slice(before.outcomes);
  expect(came.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual(
    Array.from({ length: wished.length + 2 }, () => `refused: ${NO}`),
  );
  expect(countsOf(asked.aws)).toEqual(before.calls);
  expect(asked.aws.iot.clients()).toEqual([]);
}
/** A browser in which the admin has signed in. */
async function withCookie(more: object = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const cookie = { name: "session", value: admin, domain: "127.0.0.1", path: "/", httpOnly: true };
  await context.addCookies([{ ...cookie, sameSite: "Strict", ...more }]);
  return context;
}

describe.skipIf(path === undefined)("a page of an origin that is not listed opens nothing", () => {
  it.each([
    ["at another port of the same host", () => other.near],
    ["of another site", () => other.far],
    ["by HTTPS, where it is listed by HTTP", () => app.near.replace("http:", "https:")],
    ["at Postern's own address", () => stack.url],
    ["by a name that leads to this address", () => at("", "rebound.test").replace("ws:", "http:")],
    ["listed for cookies alone", () => cookies.near],
  ])("%s", async (_what, origin) => {
    const context = await browser.newContext();
    const page = await openMadeUp(origin(), context);
    await triesInVain(page);
    await context.close();
  });

  it("with a cookie, which the browser does send", async () => {
    const context = await withCookie();
    await triesInVain(await open(other.near, context));
    await context.close();
  });

  it("by a name that leads to this address, which it calls by that name", async () => {
    const context = await browser.newContext();
    const page = await openMadeUp(at("", "rebound.test").replace("ws:", "http:"), context);
    await triesInVain(page, at("", "rebound.test"));
    await context.close();
  });

  it.each([
    ["an unlisted page", () => other.near],
    ["a listed page", () => signedIn.near],
  ])("in a frame without an origin of %s", async (_whose, origin) => {
    const context = await withCookie();
    const page = await open(origin(), context);
    await page.setContent('<iframe sandbox="allow-scripts" srcdoc="<p>in</p>"></iframe>');
    const [, frame] = page.frames();
    await frame?.addScriptTag({ content: scripts.webSockets });
    await triesInVain(frame!);
    await context.close();
  });
});

/** A page that brings nothing by itself is the admin. */
async function speaksByCookie(page: Page, base: string): Promise<void> {
  const told = JSON.stringify(await run(page, "say", `${base}/chat`, [], '{"action":"whoami"}'));
  expect(told).toMatch(/assumed-role\/admin\//);
  expect(told).not.toContain(admin);
  expect(await run(page, "stay", `${base}/things/mqtt`, ["mqtt"])).toBe("open");
}

describe.skipIf(path === undefined)("a cookie", () => {
  it("opens a WebSocket from a page that both lists have", async () => {
    const context = await withCookie();
    const page = await open(signedIn.near, context);
    await speaksByCookie(page, at(""));
    await context.close();
  });

  it("does so over TLS, by no page of HTTP and none at another port", async () => {
    const tls = throwAwayTls();
    const own = await startStack({ config: (yaml) => tls.config(config(yaml)) });
    const base = own.url.replace("http", "wss");
    const context = await withCookie({ value: await own.tokenOf("admin"), secure: true });
    const listed = await openMadeUp(SECURE, context);
    await speaksByCookie(listed, base);
    await listed.close();
    await until(() => own.aws.iot.clients().length === 0);
    for (const origin of [SECURE.replace("8443", "8444"), SECURE.replace("https", "http")])
      await triesInVain(await openMadeUp(origin, context), base, own);
    await context.close();
    await own.close();
    tls.remove();
  });

  it.each([
    ["WebSockets", () => app.near],
    ["cookies", () => cookies.near],
  ])("opens none from a page that is listed for %s alone", async (_what, origin) => {
    const context = await withCookie();
    const page = await open(origin(), context);
    const calls = countsOf(stack.aws);
    for (const [target, protocols] of [
      ["/chat", []],
      ["/things/mqtt", ["mqtt"]],
    ] as const) {
      expect(await run(page, "say", at(target), protocols, "hello")).toEqual(NOTHING);
      expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "refused", reason: NO });
    }
    expect(countsOf(stack.aws)).toEqual(calls);
    await context.close();
  });

  it("that the browser adds is a second token beside that of the page", async () => {
    const context = await withCookie();
    const page = await open(app.near, context);
    expect(await run(page, "say", at("/chat"), ["a", bearerProtocol(token)], "x")).toEqual(NOTHING);
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: "two-tokens" });
    await context.close();
  });

  it("opens none by a name that leads to this address", async () => {
    const context = await withCookie({ domain: "rebound.test" });
    const page = await open(signedIn.near, context);
    for (const [target, protocols] of [
      ["/chat", []],
      ["/things/mqtt", ["mqtt"]],
    ] as const) {
      expect(await run(page, "say", at(target, "rebound.test"), protocols, "x")).toEqual(NOTHING);
      expect(stack.outcomes.at(-1)).toMatchObject({ reason: NO });
    }
    await context.close();
  });
});

describe.skipIf(path === undefined)("a page is told why Postern ends its WebSocket", () => {
  it("with its token, and comes back with another", async () => {
    const brief = await tokenFor(5000);
    const page = await openThings(app.near, brief);
    expect(await run(page, "stay", at("/chat"), ["a", bearerProtocol(brief)])).toBe("open");
    const client = { clientId: SUB, protocolVersion: 4, reconnectPeriod: 100 };
    await run(page, "connectThings", at("/things/mqtt"), client);
    // mqtt.js connects again by itself, with what `createWebsocket` finds then.
    await page.evaluate(`bearer = ${JSON.stringify([bearerProtocol(await tokenFor(3_600_000))])}`);
    expect(await page.evaluate("Promise.all(ends)")).toEqual([[1008, "token"]]);
    await expect.poll(() => toldIn(page), { timeout: 10_000 }).toEqual(["mqtt", [1008, "token"], "mqtt"]);
    await page.close();
  });

  it("when Postern ends", async () => {
    const own = await startStack({ config });
    const of = (target: string): string => `${own.url.replace("http", "ws")}${target}`;
    const page = await openThings(app.near, await own.tokenOf("analyst"));
    await page.evaluate(`stay(${JSON.stringify(of("/chat"))}, ["a", ...bearer])`);
    await run(page, "connectThings", of("/things/mqtt"), { clientId: SUB, protocolVersion: 4 });
    await own.close();
    expect(await page.evaluate("Promise.all(ends)")).toEqual([[1001, "drain"]]);
    await expect.poll(() => toldIn(page)).toEqual(["mqtt", [1001, "drain"]]);
    await page.close();
  });
});

it.skipIf(path === undefined)("no token of a page stands in a line of the log", () => {
  const lines = stack.logged();
  expect(lines).toContain('"msg":"tunnel"');
  expect(lines).toContain(NO);
  for (const one of [token, admin]) {
    const forms = [one, encodeURIComponent(one), bearerProtocol(one).slice(40)];
    const [head = "", payload = "", signature = ""] = one.split(".");
    for (const part of [...forms, payload, signature, Buffer.from(head).toString("base64url")])
      expect(lines).not.toContain(part);
  }
  expect(lines).not.toContain("base64url.bearer");
  expect(lines).not.toContain("postern-token");
});
