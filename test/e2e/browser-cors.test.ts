import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { type Arrival, type Arrivals, recordArrivals } from "../support/arrivals.ts";
import {
  type Asking,
  fetchIn,
  findChromium,
  type PageServer,
  scriptForPages,
  type Seen,
  servePages,
  startChromium,
} from "../support/chromium.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

const path = findChromium();

it.skipIf(path === undefined)(
  path === undefined ? "no chromium is on the path, so no browser is tried" : "chromium is on the path",
  () => expect(path).toBeDefined(),
);

/** Pages that may call, those that may with a cookie too, and those that may not. */
let app: PageServer;
let signedIn: PageServer;
let other: PageServer;
let stack: Stack;
let arrivals: Arrivals;
let browser: Browser;
let editor: string;
let admin: string;

beforeAll(async () => {
  if (path === undefined) return;
  [app, signedIn, other] = await Promise.all([servePages(), servePages(), servePages()]);
  stack = await startStack({ config });
  arrivals = recordArrivals();
  [editor, admin] = await Promise.all([stack.tokenOf("editor"), stack.tokenOf("admin")]);
  browser = await startChromium(path);
});
afterAll(async () => {
  await browser?.close();
  arrivals?.stop();
  await stack?.close();
  await Promise.all([app, signedIn, other].map((pages) => pages?.close()));
});

function config(yaml: string): string {
  const origins = `origins: ["${app.near}", "${app.far}", "${signedIn.near}", "${signedIn.far}"]`;
  const found = (name: string): string => `match: { pathPrefix: /${name} }, cors: { ${origins} }`;
  return yaml
    .replace(/cors: \{ origins: \[.*?\] \}/, found("s3"))
    .replace("service: dynamodb", `service: dynamodb, ${found("dynamodb")}`)
    .replace(
      /^( +)monitoring: .*$/m,
      (_line, indent: string) =>
        `${indent}monitoring: { service: monitoring, ${found("monitoring")} }\n` +
        `${indent}cbor: { service: monitoring, protocol: rpc-v2-cbor, ${found("cbor")} }`,
    )
    .replace("service: sqs", `service: sqs, ${found("sqs")}`)
    .replace(/^( +)(match: \{ pathPrefix: \/orders \})$/m, `$1$2\n$1cors: { ${origins} }`)
    .replace("credentials: {}", `credentials: {}\n  ${origins}`)
    .replace(
      "guests: allow",
      `guests: allow\n  cookie: { name: session, origins: ["${signedIn.near}", "${signedIn.far}"] }`,
    );
}

const ask = (page: Page, target: string, asking?: Asking): Promise<Seen> =>
  fetchIn(page, stack.url + target, asking);
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const JSON_OF_DYNAMODB = {
  "content-type": "application/x-amz-json-1.0",
  "x-amz-target": "DynamoDB_20120810.GetItem",
};
const ITEM = '{"TableName":"Orders","Key":{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}}';
const UNREAD = { error: "TypeError: Failed to fetch" };

/** Status and reason of what comes of an upload of 6 MiB. */
function upload(page: Page, target: string): Promise<unknown> {
  return page.evaluate(
    async ({ url, headers }) => {
      const body = new Blob([new Uint8Array(6 * 1024 * 1024)]);
      const answer = await fetch(url, { method: "PUT", headers, body });
      return [answer.status, answer.headers.get("x-postern-reason")];
    },
    { url: stack.url + target, headers: bearer(editor) },
  );
}

describe.skipIf(path === undefined)("a page of a listed origin, with a token", () => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.newPage();
    await page.goto(app.far);
  });

  it("lists a bucket, uploads an object and reads it back", async () => {
    const listed = await ask(page, "/s3/reports?list-type=2", { headers: bearer(editor) });
    expect([listed.status, listed.type]).toEqual([200, "cors"]);
    expect(listed.text).toContain("<Key>q3.txt</Key>");
    const headers = { ...bearer(editor), "content-type": "text/plain", "cache-control": "no-cache" };
    const put = await ask(page, "/s3/reports/page.txt", { method: "PUT", headers, body: "from a page" });
    const etag = put.headers?.["etag"];
    expect([put.status, etag]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    const part = { ...bearer(editor), range: "bytes=5-", "if-match": etag ?? "" };
    const read = await ask(page, "/s3/reports/page.txt", { headers: part });
    expect([read.status, read.text]).toEqual([206, "a page"]);
    expect(read.headers).toMatchObject({ "content-range": "bytes 5-10/11", etag });
  });

  it("uploads a large object, and reads why one is refused that it sends", async () => {
    expect(await upload(page, "/s3/reports/large.bin")).toEqual([200, null]);
    expect(await upload(page, "/s3/audit/large.bin")).toEqual([403, "denied-by-rule"]);
  });

  it.each<readonly [whose: string, target: string, method: string, came: readonly unknown[]]>([
    ["a rule's", "/s3/reports/q3.txt", "DELETE", [403, "denied-no-rule", "AccessDenied"]],
    ["S3's own", "/s3/reports/nothing.txt", "GET", [404, undefined, "NoSuchKey"]],
    ["an API's", "/orders/refunds", "POST", [403, "denied-no-rule", "message"]],
    ["a page's of Postern", "/.postern/presign", "GET", [405, "method-not-allowed", "reason"]],
  ])("reads a refusal: %s", async (_whose, target, method, came) => {
    const { status, headers = {}, text = "" } = await ask(page, target, { method, headers: bearer(editor) });
    const [wanted] = came.slice(-1) as [string];
    expect([status, headers["x-postern-reason"], text.includes(wanted) ? wanted : text]).toEqual(came);
    expect(headers["x-postern-request-id"]).toMatch(/^[\w-]{8,}$/);
  });

  it("reads that its token is none", async () => {
    const forged = `${editor.slice(0, -8)}AAAAAAAA`;
    const { status, headers } = await ask(page, "/s3/reports/q3.txt", { headers: bearer(forged) });
    expect([status, headers?.["x-postern-reason"]]).toEqual([401, "token-signature"]);
  });

  it("reads nothing where no upstream is found, for nobody lists it there", async () => {
    expect(await ask(page, "/nowhere/x", { headers: bearer(editor) })).toEqual(UNREAD);
    expect(await ask(page, "/.postern/credentials", { headers: bearer(editor) })).toEqual(UNREAD);
    expect(await ask(page, "/lambda/2015-03-31/functions/resize/invocations")).toEqual(UNREAD);
  });

  it("reads an item of DynamoDB", async () => {
    const headers = { ...bearer(editor), ...JSON_OF_DYNAMODB };
    const seen = await ask(page, "/dynamodb/", { method: "POST", headers, body: ITEM });
    expect([seen.status, seen.text]).toEqual([200, expect.stringContaining('"shipped"')]);
    expect(seen.headers?.["x-amzn-requestid"]).toMatch(/^\S{8,}$/);
  });

  it("calls an API, follows it to itself, and does not see what it says of origins", async () => {
    const seen = await ask(page, "/orders/orders/7?full=1", { headers: bearer(editor) });
    expect(JSON.parse(seen.text ?? "")).toMatchObject({ api: "orders", path: "/orders/7" });
    const led = await ask(page, "/orders/redirect", { headers: bearer(admin) });
    expect([led.status, led.url]).toEqual([200, `${stack.url}/orders/elsewhere`]);
    const own = await ask(page, "/orders/cors", { headers: bearer(admin) });
    expect([own.status, own.text]).toEqual([200, '{"cors":"*"}']);
  });

  it("asks who it is, and for a URL", async () => {
    const told = await ask(page, "/.postern/whoami", { headers: bearer(editor) });
    expect(JSON.parse(told.text ?? "")).toMatchObject({ kind: "user", groups: ["editors", "analysts"] });
    const headers = { ...bearer(editor), "content-type": "application/json" };
    const body = JSON.stringify({ method: "GET", target: "/s3/reports/q3.txt" });
    const presigned = await ask(page, "/.postern/presign", { method: "POST", headers, body });
    expect([presigned.status, presigned.text]).toEqual([200, expect.stringContaining("X-Amz-Signature=")]);
  });

  it("is a guest without one, with what guests may", async () => {
    const { status, text } = await ask(page, "/s3/public/index.txt");
    expect([status, text]).toEqual([200, "Everyone may read this.\n"]);
    const put = await ask(page, "/s3/public/new.txt", { method: "PUT", body: "x" });
    expect([put.status, put.headers?.["x-postern-reason"]]).toEqual([403, "denied-no-rule"]);
  });
});

describe.skipIf(path === undefined)("an unmodified SDK in a page of a listed origin", () => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.newPage();
    await page.goto(app.far);
    await page.addScriptTag({ content: scriptForPages("sdks.js") });
  });
  /** What comes of an expression in which the page's clients have these names. */
  function run(code: string, token: string): Promise<unknown> {
    const act = `async ({ s3, hosted, dynamodb, cloudwatch, sqs, bodyOf }) => ${code}`;
    return page.evaluate(`tell(${JSON.stringify(stack.url)}, ${JSON.stringify(token)}, ${act})`);
  }

  const OBJECT = '{ Bucket: "reports", Key: "ü b+c.txt" }';
  const ORDER = '{ TableName: "Orders", Key: { customerId: { S: "acme" }, orderId: { S: "2026-001" } } }';

  it.each<readonly [what: string, code: string, came: unknown]>([
    ["puts an object", `(await s3.putObject({ ...${OBJECT}, Body: "mine" })).ETag.length`, 34],
    ["gets it", `bodyOf(s3.getObject({ ...${OBJECT}, ChecksumMode: "ENABLED" }))`, "mine"],
    ["gets it with its bucket in the host", `bodyOf(hosted.getObject(${OBJECT}))`, "mine"],
    ["lists it", `(await s3.listObjectsV2({ Bucket: "reports", Prefix: "ü" })).Contents[0].Key`, "ü b+c.txt"],
    ["misses one", `s3.headObject({ Bucket: "reports", Key: "none" })`, { name: "NotFound", status: 404 }],
    ["is refused", `s3.deleteObject(${OBJECT})`, { name: "AccessDenied", status: 403 }],
    ["gets an item", `(await dynamodb.getItem(${ORDER})).Item.state.S`, "shipped"],
    ["is refused one", `dynamodb.deleteItem(${ORDER})`, { name: "AccessDeniedException", status: 400 }],
  ])("%s", async (_what, code, came) => {
    expect(await run(code, editor)).toEqual(came);
  });

  it("reads the errors of services that once spoke otherwise", async () => {
    expect(await run("(await cloudwatch.listMetrics({ Namespace: 'none' })).Metrics", admin)).toEqual([]);
    const missing = await run("sqs.getQueueUrl({ QueueName: 'none' })", admin);
    expect(missing).toEqual({ name: "QueueDoesNotExist", status: 400 });
  });

  it("may speak CBOR", async () => {
    const seen = await page.evaluate(
      async ({ url, headers }) => {
        const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array([0xa0]) });
        return [answer.status, answer.headers.get("smithy-protocol")];
      },
      {
        url: `${stack.url}/cbor/service/GraniteServiceVersion20100801/operation/ListMetrics`,
        headers: { ...bearer(admin), "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
      },
    );
    expect(seen).toEqual([200, "rpc-v2-cbor"]);
  });
});

const NO = "origin-not-allowed";

/** Everything that a page can try comes to nothing, whatever the browser sends along. */
async function triesInVain(context: BrowserContext, origin: string): Promise<readonly Arrival[]> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.addScriptTag({ content: scriptForPages("foreign.js") });
  const calls = countsOf(stack.aws);
  const outcomes = stack.outcomes.length;
  arrivals.forget();
  const seen = await page.evaluate(`tryEverything(${JSON.stringify(stack.url)}, ${JSON.stringify(admin)})`);
  expect(seen).toEqual([]);
  const arrived = (): readonly Arrival[] => arrivals.at(stack.ports.listen);
  await expect.poll(() => arrived().some(({ target }) => target === "/s3/reports?last")).toBe(true);
  const ended = (): readonly Outcome[] => stack.outcomes.slice(outcomes);
  // Node does not announce upgrades.
  const requests = (): readonly Outcome[] =>
    ended().filter(({ reason }) => reason !== "upgrade-not-accepted");
  await expect.poll(() => requests().length).toBe(arrived().length);
  const came = ended().map(({ outcome, reason }) => `${outcome}: ${reason}`);
  // The upstream takes no WebSocket, and no URL is given to whom no header names.
  const reasons = [NO, "upgrade-not-accepted", "presign-refused"].map((reason) => `refused: ${reason}`);
  expect([...new Set(came)].sort()).toEqual(reasons.sort());
  expect(countsOf(stack.aws)).toEqual(calls);
  await page.close();
  return arrived();
}

describe.skipIf(path === undefined)("S6.4 a page of an origin that is not listed", () => {
  it.each([
    ["of the same site", () => other.near],
    ["of another site", () => other.far],
  ] as const)("%s reads nothing and changes nothing as a guest", async (_what, origin) => {
    const context = await browser.newContext();
    const arrived = await triesInVain(context, origin());
    expect(arrived.filter(({ headers }) => headers.has("cookie"))).toEqual([]);
    await context.close();
  });

  it("reads nothing and changes nothing with the cookie, which the browser does send", async () => {
    const context = await withCookie();
    const arrived = await triesInVain(context, other.near);
    const brought = arrived.filter(({ headers }) => headers.has("cookie")).map(({ method }) => method);
    expect(new Set(brought)).toEqual(new Set(["GET", "POST"]));
    await context.close();
  });

  it("has no way by a frame without an origin, nor by leading the browser there", async () => {
    const context = await withCookie();
    const page = await context.newPage();
    await page.goto(other.near);
    await page.setContent('<iframe sandbox="allow-scripts allow-forms" srcdoc="<p>in</p>"></iframe>');
    const [, frame] = page.frames();
    const calls = countsOf(stack.aws);
    for (const asking of [
      {},
      { credentials: "include" },
      { headers: bearer(admin) },
      { method: "POST", body: "" },
    ] as const)
      expect(await fetchIn(frame!, `${stack.url}/s3/reports/q3.txt`, asking)).toEqual(UNREAD);
    await page.evaluate(`location.href = ${JSON.stringify(`${stack.url}/s3/reports/q3.txt`)}`);
    await page.waitForURL("**/s3/reports/q3.txt");
    expect(await page.content()).toContain("AccessDenied");
    expect(stack.outcomes.at(-1)).toMatchObject({ reason: NO });
    expect(countsOf(stack.aws)).toEqual(calls);
    await context.close();
  });

  it("is no page of Postern's by a name that leads to this address", async () => {
    const page = await browser.newPage();
    const origin = `http://rebound.test:${stack.ports.listen}`;
    await page.route(`${origin}/`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<p>mine</p>" }),
    );
    await page.goto(origin);
    const seen = await fetchIn(page, `${origin}/s3/public/index.txt`);
    expect([seen.status, seen.headers?.["x-postern-reason"]]).toEqual([403, NO]);
    await page.close();
  });
});

/** A browser in which the admin has signed in. */
async function withCookie(): Promise<BrowserContext> {
  const context = await browser.newContext();
  const cookie = { name: "session", value: admin, domain: "127.0.0.1", path: "/", httpOnly: true };
  await context.addCookies([{ ...cookie, sameSite: "Strict" }]);
  return context;
}

describe.skipIf(path === undefined)("a page that calls with the cookie", () => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await withCookie();
  });
  afterAll(() => context?.close());
  const open = async (origin: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  };
  const include = { credentials: "include" } as const;

  it("reads and writes where its origin is listed for both", async () => {
    const page = await open(signedIn.near);
    const put = { ...include, method: "PUT", body: "by cookie" };
    expect((await ask(page, "/s3/reports/cookie.txt", put)).status).toBe(200);
    const read = await ask(page, "/s3/reports/cookie.txt", include);
    expect([read.status, read.text]).toEqual([200, "by cookie"]);
    expect((await ask(page, "/s3/reports/cookie.txt", { ...include, method: "DELETE" })).status).toBe(204);
    const order = await ask(page, "/orders/orders", { ...include, method: "POST", body: "{}" });
    expect(JSON.parse(order.text ?? "")).toMatchObject({ method: "POST", path: "/orders" });
    const both = await ask(page, "/s3/reports/q3.txt", { ...include, headers: bearer(editor) });
    expect([both.status, both.headers?.["x-postern-reason"]]).toEqual([401, "two-tokens"]);
    await page.close();
  });

  it("neither reads nor writes where its origin is listed for CORS alone", async () => {
    const page = await open(app.near);
    const calls = countsOf(stack.aws);
    arrivals.forget();
    for (const asking of [
      {},
      { method: "PUT", body: "x" },
      { method: "POST", body: "x" },
      { method: "DELETE" },
    ])
      expect(await ask(page, "/s3/reports/q3.txt", { ...include, ...asking })).toEqual(UNREAD);
    // Not even as an answer that it may not look into: the answer says so itself.
    const blind = { ...include, method: "POST", mode: "no-cors" } as const;
    expect(await ask(page, "/s3/reports?delete", blind)).toEqual(UNREAD);
    const sent = arrivals.at(stack.ports.listen).filter(({ headers }) => headers.has("cookie"));
    expect(sent.map(({ method }) => method)).toEqual(["GET", "POST", "POST"]);
    expect(countsOf(stack.aws)).toEqual(calls);
    expect((await ask(page, "/s3/public/index.txt")).status).toBe(200); // a guest, without it
    await page.close();
  });

  it("asks Postern's own pages with a token only", async () => {
    const page = await open(signedIn.near);
    expect(await ask(page, "/.postern/whoami", include)).toEqual(UNREAD);
    expect((await ask(page, "/.postern/whoami", { headers: bearer(editor) })).status).toBe(200);
    await page.close();
  });

  it("sees no script of an object run, when it is opened as a page", async () => {
    const page = await open(signedIn.near);
    const html = "<title>still</title><script>document.title = 'run'</script>";
    const put = { ...include, method: "PUT", headers: { "content-type": "text/html" }, body: html };
    expect((await ask(page, "/s3/reports/page.html", put)).status).toBe(200);
    await page.goto(`${stack.url}/s3/reports/page.html`);
    expect(await page.title()).toBe("still");
    await page.close();
  });
});
