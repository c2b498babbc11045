import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { scrape } from "../support/scrape.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const MEMBER = "00000000-aaaa-4000-8000-000000000004";
const MINUTE = 60_000;

let folder: string;
let path: string;
/** Those that a test has started. */
const running: Stack[] = [];
/** How far the clock of the sidecar and of AWS is ahead. */
let ahead = 0;
const now = (): number => Date.now() + ahead;

function openFolder(): void {
  folder = mkdtempSync(join(tmpdir(), "postern-denylist-"));
  path = join(folder, "denied.txt");
  ahead = 0;
}
async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((stack) => stack.close()));
  rmSync(folder, { recursive: true });
}

const withDenylist = (yaml: string): string =>
  yaml
    .replace(
      "guests: allow",
      `guests: allow\n  denylistFile: "${path}"\n  cookie: { name: session, origins: ["https://app.example.com"] }`,
    )
    .replace("requiredScopes: []", "regions: [eu-west-1]\n      requiredScopes: []");

/** Starts with a denylist of nobody, where a test has written none. */
async function start(text = "# nobody\n"): Promise<Stack> {
  writeFileSync(path, text);
  return run();
}

async function run(): Promise<Stack> {
  const stack = await startStack({ config: withDenylist, now, aws: { now } });
  running.push(stack);
  return stack;
}

/** Another file in the place of the list, at once and whole. */
function replace(...lines: readonly string[]): void {
  writeFileSync(join(folder, "next"), lines.map((line) => `${line}\n`).join(""));
  renameSync(join(folder, "next"), path);
}

/** Something else happens in the folder, so that the list is looked at. */
function stir(): void {
  writeFileSync(join(folder, "neighbour"), randomUUID());
}

/** Nothing tells a client that the list was read. The net under the file system's events is half a minute wide. */
const eventually = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

const claimsOf = (token: string): Readonly<Record<string, string>> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, string>;

/** What comes of reading the notes of the member: the status, or why it was refused. */
async function read(at: Stack, headers: Readonly<Record<string, string>>, target = home): Promise<string> {
  const answer = await fetch(`${at.url}${target}`, { headers });
  await answer.arrayBuffer();
  return answer.headers.get("x-postern-reason") ?? String(answer.status);
}

const home = `/s3/home/${MEMBER}/notes.txt`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const exchanges = ({ aws }: Stack): number =>
  countsOf(aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;

/** Everybody's credentials: those of the revoked, of somebody else, and of the guests. */
async function serveAll(at: Stack, revoked: string, other: string): Promise<void> {
  expect(await read(at, bearer(revoked))).toBe("200");
  expect(await read(at, bearer(other), "/s3/reports/q3.txt")).toBe("200");
  expect(await read(at, {}, "/s3/public/index.txt")).toBe("200");
}

describe("S1.6 an entry of the denylist", () => {
  let at: Stack;
  beforeAll(async () => {
    openFolder();
    at = await start();
  });
  beforeEach(async () => {
    replace("# nobody");
    for (const user of ["member", "service"]) {
      const token = await at.tokenOf(user);
      await eventually(async () => expect(await read(at, bearer(token), "/.postern/whoami")).toBe("200"));
    }
  });
  afterAll(closeAll);

  it.each(["jti", "origin_jti", "sub"])(
    "by %s refuses a token that is cached, drops the credentials, and hits nobody else",
    async (claim) => {
      const [token, other] = await Promise.all([at.tokenOf("member"), at.tokenOf("analyst")]);
      await serveAll(at, token, other);
      await serveAll(at, token, other);
      const before = exchanges(at);

      const value = claimsOf(token)[claim];
      replace(claim === "sub" ? `sub:local/${value}` : `${claim}:${value}`);
      await eventually(async () => expect(await read(at, bearer(token))).toBe("token-revoked"));
      const whoami = await fetch(`${at.url}/.postern/whoami`, { headers: bearer(token) });
      expect([whoami.status, whoami.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringContaining('error="invalid_token"'),
      ]);
      const arrived = at.arrived();
      expect(await read(at, { cookie: `session=${token}` })).toBe("token-revoked");
      expect(await read(at, { "x-postern-token": token })).toBe("token-revoked");
      expect(at.arrived()).toBe(arrived);

      replace("# nobody again");
      await eventually(async () => expect(await read(at, bearer(token))).toBe("200"));
      // One exchange more: that of the caller who was revoked. The others' credentials were never dropped.
      await serveAll(at, token, other);
      expect(exchanges(at) - before).toBe(1);
    },
  );

  it("by sub means every token of that user, in every form of the pool's issuer", async () => {
    const { tokens } = at.aws.identity;
    const request = { username: "member", clientId: "web" };
    const all = await Promise.all([
      tokens.issueIdToken(request),
      tokens.issueIdToken({ ...request, issuerForm: "updated" }),
      tokens.issueIdToken({ ...request, region: "eu-west-1" }),
      tokens.issueAccessToken(request),
      tokens.issueAccessToken({ ...request, issuerForm: "updated", region: "eu-west-1" }),
    ]);
    const whoami = (token: string) => read(at, bearer(token), "/.postern/whoami");
    for (const token of all) expect(await whoami(token)).toBe("200");
    replace(`sub:local/${MEMBER}`);
    await eventually(async () => expect(await whoami(all[0])).toBe("token-revoked"));
    for (const token of all) expect(await whoami(token)).toBe("token-revoked");
    expect(await whoami(await at.tokenOf("analyst"))).toBe("200");
  });

  it("by origin_jti means all tokens of one sign-in, and none of the next", async () => {
    const [first, second] = await Promise.all([at.tokensOf("member"), at.tokensOf("member")]);
    replace(`origin_jti:${claimsOf(first.id)["origin_jti"]}`);
    await eventually(async () => expect(await read(at, bearer(first.id))).toBe("token-revoked"));
    expect(await read(at, bearer(first.access), "/.postern/whoami")).toBe("token-revoked");
    expect(await read(at, bearer(second.id))).toBe("200");
  });

  it("about either token of a pair means the pair, and the other token alone is good", async () => {
    const { id, access } = await at.tokensOf("member");
    const pair = { ...bearer(access), "x-postern-id-token": id };
    for (const [denied, other] of [
      [id, access],
      [access, id],
    ] as const) {
      expect(await read(at, pair)).toBe("200");
      replace(`jti:${claimsOf(denied)["jti"]}`);
      await eventually(async () => expect(await read(at, pair)).toBe("token-revoked"));
      expect(await read(at, bearer(other), "/.postern/whoami")).toBe("200");
      replace("");
      await eventually(async () => expect(await read(at, pair)).toBe("200"));
    }
  });

  it("may be about a machine", async () => {
    const token = await at.tokenOf("service");
    replace("sub:local/service");
    await eventually(async () =>
      expect(await read(at, bearer(token), "/.postern/whoami")).toBe("token-revoked"),
    );
  });

  it("is about nobody of another issuer, and no part of a name", async () => {
    const [token, machine] = await Promise.all([at.tokenOf("member"), at.tokenOf("service")]);
    const others = [`sub:other/${MEMBER}`, `sub:local/${MEMBER.slice(0, -1)}`, `sub:local/${MEMBER}0`];
    replace(...others, `jti:${randomUUID()}`, `jti:${MEMBER}`, "sub:local/service");
    await eventually(async () =>
      expect(await read(at, bearer(machine), "/.postern/whoami")).toBe("token-revoked"),
    );
    expect(await read(at, bearer(token))).toBe("200");
  });

  it("ends when it says so", async () => {
    const token = await at.tokenOf("member");
    replace(`sub:local/${MEMBER} ${new Date(Date.now() + 30 * MINUTE).toISOString()}`);
    await eventually(async () => expect(await read(at, bearer(token))).toBe("token-revoked"));
    ahead = 31 * MINUTE;
    expect(await read(at, bearer(token))).toBe("200");
  });
});

describe("the denylist's file", () => {
  beforeEach(openFolder);
  afterEach(closeAll);

  it("may be behind a link that is swapped, as Kubernetes does for a ConfigMap", async () => {
    const publish = (version: string, text: string): void => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "denied.txt"), text);
      symlinkSync(version, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    publish("..2026_01", "");
    symlinkSync("..data/denied.txt", path);
    const at = await run();
    const token = await at.tokenOf("member");
    expect(await read(at, bearer(token))).toBe("200");
    publish("..2026_02", `sub:local/${MEMBER}\n`);
    rmSync(join(folder, "..2026_01"), { recursive: true });
    await eventually(async () => expect(await read(at, bearer(token))).toBe("token-revoked"));
    publish("..2026_03", "");
    await eventually(async () => expect(await read(at, bearer(token))).toBe("200"));
    expect(exchanges(at)).toBe(2);
  });

  it.each<readonly [what: string, spoil: () => void]>([
    ["broken", () => replace(`sub:local/${MEMBER}`, "sub:nobody")],
    ["no text", () => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]))],
    ["gone", () => unlinkSync(path)],
    ["a folder", () => [unlinkSync(path), mkdirSync(path)]],
  ])("may become %s: the last good one holds, and its age grows", async (_what, spoil) => {
    const at = await start(`sub:local/${MEMBER}\n`);
    const token = await at.tokenOf("member");
    const other = await at.tokenOf("analyst");
    const ageSeconds = async (): Promise<number> =>
      (await scrape(at.ports.probes))("postern_denylist_age_seconds");
    expect(await read(at, bearer(token))).toBe("token-revoked");
    expect(await ageSeconds()).toBeLessThan(60);

    // A look at a file that is as it was makes it no older.
    ahead = 10 * MINUTE;
    expect(await ageSeconds()).toBeGreaterThanOrEqual(600);
    stir();
    await eventually(async () => expect(await ageSeconds()).toBeLessThan(60));

    spoil();
    await eventually(async () => expect(at.logged()).toContain("the denylist cannot be taken over"));
    expect(await read(at, bearer(token))).toBe("token-revoked");
    expect(await read(at, bearer(other), "/s3/reports/q3.txt")).toBe("200");
    ahead = 20 * MINUTE;
    stir();
    await eventually(async () => expect(await ageSeconds()).toBeGreaterThanOrEqual(600));
    expect(at.logged().match(/the denylist cannot be taken over/g)).toHaveLength(1);
    expect(at.logged()).not.toContain(MEMBER);

    rmSync(path, { recursive: true, force: true });
    replace("# mended");
    await eventually(async () => expect(await read(at, bearer(token))).toBe("200"));
    expect(await ageSeconds()).toBeLessThan(60);
  });
});

/** Runs a command of Postern to its end. */
async function postern(
  ...args: readonly string[]
): Promise<{ readonly code: unknown; readonly err: string }> {
  const child = spawn(process.execPath, [join(ROOT, "bin/postern.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, err };
}

describe("S4.8 without a denylist that holds nothing starts", () => {
  beforeEach(openFolder);
  afterEach(closeAll);

  it.each<readonly [what: string, text: string | undefined, complaint: string]>([
    ["missing", undefined, "cannot be read"],
    ["broken", "jti:a\nwho is this\n", "line 2"],
  ])("where the file is %s: exit 78, and the path is told", async (_what, text, complaint) => {
    const config = join(folder, "postern.yaml");
    const yaml = withDenylist(readFileSync(join(ROOT, "config/dev.yaml"), "utf8"));
    writeFileSync(config, yaml.replace(/\$\{env:\w+\}/g, "1"));
    if (text !== undefined) writeFileSync(path, text);
    for (const command of ["check", "serve"]) {
      const { code, err } = await postern(command, "--config", config);
      expect([command, code]).toEqual([command, 78]);
      const line = err.split("\n").find((one) => one.includes("identity.denylistFile"));
      expect(line).toContain(path);
      expect(line).toContain(complaint);
    }
  });
});
