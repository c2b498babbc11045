import { type ClientRequest, get } from "node:http";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, startChromium } from "../support/chromium.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { rawRequest } from "../admin/raw-request.ts";

const path = findChromium();

it.skipIf(path === undefined)(
  path === undefined ? "no chromium is on the path, so no browser looks" : "chromium is on the path",
  () => expect(path).toBeDefined(),
);

const HOSTILE = "\u202egnp.<img src=x onerror=document.title='taken'>\u2066";

let stack: Stack;
let browser: Browser;
let analyst: string;

const origin = (): string => `http://127.0.0.1:${stack.ports.operator}`;

async function ask(method: string, target: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${stack.url}${target}`, { method, headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** Permits and denials of several callers, hostile keys among them. */
async function makeLoad(): Promise<void> {
  const [admin, member, service] = await Promise.all(["admin", "member", "service"].map(stack.tokenOf));
  for (let i = 0; i < 5; i++)
    await Promise.all([
      ask("GET", "/s3/reports/q3.txt", analyst),
      ask("DELETE", `/s3/reports/${i}`, analyst),
      ask("GET", "/s3/reports/q3.txt", admin),
      ask("GET", `/s3/reports/${encodeURIComponent(HOSTILE)}`, member),
      ask("GET", `/s3/reports/${"k".repeat(900)}`, member),
      ask("GET", "/s3/reports/q3.txt", service),
      ask("GET", "/s3/public/index.txt"),
      ask("GET", "/nowhere/x", "nonsense"),
    ]);
}

beforeAll(async () => {
  if (path === undefined) return;
  stack = await startStack();
  [browser, analyst] = await Promise.all([startChromium(path), stack.tokenOf("analyst")]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

/** A page that looks, and what it asked for and what the browser complained of meanwhile. */
async function look(options: Parameters<Browser["newContext"]>[0] = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await context.exposeFunction("complain", (text: string) => void complaints.push(text));
  await context.addInitScript(
    `addEventListener("securitypolicyviolation", (e) => complain(e.violatedDirective + " " + e.blockedURI))`,
  );
  await page.goto(origin());
  return { page, context, asked, complaints };
}

const live = (page: Page): Promise<unknown> => page.getByText("Live", { exact: true }).waitFor();

async function axeOn(context: BrowserContext, page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ content: axe.source });
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[];
  };
  await context.close();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}

/** What has the focus, and how it shows. */
const FOCUSED = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return ["", ""];
  const name = at.getAttribute("name") ?? at.getAttribute("aria-label") ?? at.textContent;
  return [name, getComputedStyle(at).outlineStyle];
})()`;

const SIGHTS = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
  ["dark", 360],
] as const;

describe.skipIf(path === undefined)("the console before anything happened", () => {
  it.each(SIGHTS)("has nothing that axe finds wrong: %s, %d px", async (colorScheme, width) => {
    const viewport = { width, height: 900 };
    const { context, page } = await look({ colorScheme, viewport, bypassCSP: true });
    await live(page);
    expect(await axeOn(context, page)).toEqual([]);
  });
});

describe.skipIf(path === undefined)("the console under load", () => {
  beforeAll(makeLoad);

  it.each(SIGHTS)(
    "has nothing that axe finds wrong, with all of it open: %s, %d px",
    async (colorScheme, width) => {
      const viewport = { width, height: 900 };
      const { context, page } = await look({ colorScheme, viewport, bypassCSP: true });
      await live(page);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      expect(await axeOn(context, page)).toEqual([]);
    },
  );

  it.each([1280, 768, 360])("does not scroll sideways at %d px", async (width) => {
    const { context, page } = await look({ viewport: { width, height: 900 } });
    await live(page);
    const widths = await page.evaluate(
      "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    );
    expect(widths).toEqual([width, width]);
    await context.close();
  });

  it("S6.7 keeps to its policy, asks for nothing elsewhere, and shows hostile text as text", async () => {
    const { context, page, asked, complaints } = await look();
    await live(page);
    await ask("DELETE", `/s3/reports/${encodeURIComponent(`later ${HOSTILE}`)}`, analyst);
    await page.getByText("reports/later \\u202egnp.<img src=x").first().waitFor();
    expect(await page.title()).toBe("Postern");
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`${origin()}/`) && url !== "data:,")).toEqual([]);
    expect(asked).toContain(`${origin()}/uplot.js`);
    await context.close();
  });

  it("lives: what happens now is there within seconds, without a reload", async () => {
    const { context, page, asked } = await look();
    await live(page);
    const row = page.locator('[data-table="rules"] tr', { hasText: "admins do anything" });
    const permits = row.locator("td").nth(1).locator("span").first();
    const before = Number(await permits.textContent());
    await ask("GET", "/s3/reports/q3.txt", await stack.tokenOf("admin"));
    await row.getByText(String(before + 1), { exact: true }).waitFor();
    expect(asked.filter((url) => url === `${origin()}/`)).toHaveLength(1);
    expect(await page.locator("canvas").count()).toBe(2);
    await context.close();
  });

  it("says that the stream broke, and goes on when it is back", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let isAway = true;
    await page.route("**/events", (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(origin());
    await page.getByText("The stream broke and is tried again. As it was at").waitFor();
    isAway = false;
    await live(page);
    await context.close();
  });

  it("is complete without scripts, and says that it does not live", async () => {
    const { context, page } = await look({ javaScriptEnabled: false });
    expect(await page.locator("body").innerText()).toMatch(/As it was at \d\d:\d\d:\d\d UTC/);
    expect(await page.locator('[data-table="refusals"] tbody tr').count()).toBeGreaterThan(3);
    expect(await page.getByRole("heading", { level: 2 }).count()).toBeGreaterThan(8);
    expect(await page.content()).toContain("<noscript>");
    await context.close();
  });

  it("is walked through by the keyboard, and shows where one is", async () => {
    const { context, page } = await look();
    await live(page);
    const walked: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const [name, outline] = (await page.evaluate(FOCUSED)) as [string, string];
      if (name === "") break;
      walked.push(name);
      expect([name, outline]).not.toEqual([name, "none"]);
      if (name.startsWith("Show it")) await page.keyboard.press("Enter");
    }
    expect(walked).toEqual([
      "Skip to the numbers",
      "The latest refusals",
      "Cached identities, one by one",
      "Show it, with references in place of secrets",
      "The configuration",
      "method",
      "target",
      "who",
      "token",
      "Headers and body",
      "Explain",
    ]);
    await context.close();
  });
});

describe.skipIf(path === undefined)("the explain form", () => {
  it("says what would become of a request and why, and neither echoes nor keeps the token", async () => {
    const { context, page, asked, complaints } = await look();
    await live(page);
    await page.getByLabel("Method").fill("DELETE");
    await page.getByLabel("Path and query").fill("/s3/reports/q3.txt");
    await page.getByLabel("Token", { exact: true }).fill(analyst);
    await page.getByRole("button", { name: "Explain" }).click();
    const told = page.locator("[data-explained]");
    await told.getByText("No: denied-no-rule").waitFor();
    const text = await told.innerText();
    expect(text).toContain("analysts read reports");
    expect(text).toContain("s3:DeleteObject on arn:aws:s3:::reports/q3.txt");
    const html = await page.content();
    expect(html).not.toContain(analyst);
    expect(html).not.toContain(analyst.split(".")[2]);
    expect(asked.filter((url) => url.includes(analyst.slice(0, 20)))).toEqual([]);
    expect(await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")).toEqual([
      0,
      0,
      "",
    ]);
    expect(complaints).toEqual([]);
    await page.goto("about:blank");
    await page.goBack();
    await live(page);
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("");
    await context.close();
  });

  it("takes claims and guests too, and says what is odd about a question", async () => {
    const { context, page } = await look();
    await live(page);
    const explain = page.getByRole("button", { name: "Explain" });
    const told = page.locator("[data-explained]");
    await page.getByLabel("Path and query").fill("/s3/public/index.txt");
    await page.getByLabel("a guest").check();
    await explain.click();
    await told.getByText('The rule "guests read what is public" allows it.').waitFor();
    await page.getByLabel("whoever has these claims").check();
    await page.getByLabel("Claims, as JSON").fill("{");
    await explain.click();
    await told.getByText("The claims are no JSON.").waitFor();
    await page.getByLabel("Claims, as JSON").fill('{ "sub": "x", "cognito:groups": ["admins"] }');
    await explain.click();
    await told.getByText('The rule "admins do anything" allows it.').waitFor();
    await page.getByText("Headers and body").click();
    await page.getByLabel("Headers, a line each").fill("nonsense");
    await explain.click();
    await told.getByText("A header is a name, a colon and a value.").waitFor();
    await context.close();
  });
});

describe.skipIf(path === undefined)("S6.1 who is no operator's browser", () => {
  it.each(["/", "/events", "/console.js", "/console.css"])("is told nothing of %s", async (target) => {
    const own = `127.0.0.1:${stack.ports.operator}`;
    for (const headers of [
      ["Host: rebound.test"],
      [`Host: ${own}`, "Origin: https://evil.example"],
      [`Host: ${own}`, "Sec-Fetch-Site: cross-site"],
    ]) {
      const { status, body } = await rawRequest(stack.ports.operator, `GET ${target} HTTP/1.1`, headers);
      expect([status, body]).toEqual([403, '{"message":"Not from here."}']);
    }
  });

  it("is no page of another name that leads here", async () => {
    const page = await browser.newPage();
    const answer = await page.goto(`http://rebound.test:${stack.ports.operator}/`);
    expect(answer?.status()).toBe(403);
    await page.close();
  });
});

/** Opens a stream, and gives its status and what ends it. */
function stream(
  port: number,
): Promise<{ readonly status: number; readonly request: ClientRequest; readonly ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: "/events", agent: false }, (response) => {
      const ended = new Promise<void>((end) => {
        response.on("close", () => end());
      });
      response.on("error", () => {}).resume();
      resolve({ status: response.statusCode ?? 0, request, ended });
    });
    request.on("error", reject);
  });
}

describe("streams", () => {
  it("are sixteen at most, and a seat is free again when its reader has gone", async () => {
    const own = await startStack();
    const port = own.ports.operator;
    const all = await Promise.all(Array.from({ length: 16 }, () => stream(port)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await stream(port)).status).toBe(503);
    all[0]?.request.destroy();
    await all[0]?.ended;
    const next = await stream(port);
    expect(next.status).toBe(200);
    await own.close();
    await Promise.all(all.map(({ ended }) => ended));
  });

  it("end when it drains, and do not delay the end", async () => {
    const own = await startStack();
    const all = await Promise.all(Array.from({ length: 3 }, () => stream(own.ports.operator)));
    const closed = own.close();
    await Promise.all(all.map(({ ended }) => ended));
    await closed;
  });
});
