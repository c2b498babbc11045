import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { speak } from "../cli/spoken.ts";
import { order } from "../support/orders.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";
import { floodOf, manyTunnels } from "../support/flood.ts";
import { type Echo, open, startEcho } from "../support/web-sockets.ts";

const MEMBER = "00000000-aaaa-4000-8000-000000000004";
const HOME = `/s3/home/${MEMBER}/notes.txt`;

let folder: string;
let path: string;
let stack: Stack;
let echo: Echo | undefined;

afterEach(async () => {
  await stack.close();
  await echo?.close();
  echo = undefined;
  rmSync(folder, { recursive: true });
});

async function start(text = "# nobody yet\n", config?: (yaml: string) => string): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "postern-control-"));
  path = join(folder, "denied.txt");
  writeFileSync(path, text);
  stack = await startStack({
    config: (yaml) => {
      const here = (config ?? echo?.config())?.(yaml) ?? yaml;
      return here.replace("guests: allow", `guests: allow\n  denylistFile: "${path}"`);
    },
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const revoke = (entry: string) => order(stack.ports.operator, "/revoke", { entry });
/** Status and words of what comes of it. */
async function said(entry: string): Promise<string> {
  const { status, json } = await revoke(entry);
  return `${status} ${String(json["message"])}`;
}

const text = (): string => readFileSync(path, "utf8");

async function read(token: string, target = HOME): Promise<string> {
  const answer = await fetch(`${stack.url}${target}`, { headers: bearer(token) });
  await answer.arrayBuffer();
  return answer.headers.get("x-postern-reason") ?? String(answer.status);
}

const claimsOf = (token: string): Readonly<Record<string, string>> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, string>;

const exchanges = (): number => countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;

describe("B10 POST /revoke", () => {
  it.each(["jti", "origin_jti", "sub"])(
    "by %s holds when it is answered, and hits nobody else",
    async (claim) => {
      await start();
      const [token, other] = await Promise.all([stack.tokenOf("member"), stack.tokenOf("admin")]);
      for (const one of [token, other]) expect(await read(one)).toBe("200");
      const value = claimsOf(token)[claim];
      const entry = claim === "sub" ? `sub:local/${value}` : `${claim}:${value}`;
      expect(await revoke(`${entry} # lost laptop`)).toMatchObject({ status: 200 });
      expect(await read(token)).toBe("token-revoked");
      expect(await read(other)).toBe("200");
      expect(text()).toBe(`# nobody yet\n${entry} # lost laptop\n`);
      expect(stack.logged()).toContain("an operator has revoked");
      expect(
        stack
          .logged()
          .split("\n")
          .filter((line) => line.includes("revoked"))
          .join(""),
      ).not.toContain(value);
    },
  );

  it("closes WebSockets, drops credentials, and is taken back by the file", async () => {
    echo = await startEcho();
    await start();
    const token = await stack.tokenOf("member");
    expect(await read(token)).toBe("200");
    const tunnel = await open(stack, { headers: bearer(await stack.tokenOf("analyst")) });
    const { sub = "" } = claimsOf(await stack.tokenOf("analyst"));
    await revoke(`sub:local/${sub}`);
    expect(await tunnel.closed).toEqual([1008, "token"]);
    await revoke(`sub:local/${MEMBER}`);
    const before = exchanges();
    writeFileSync(join(folder, "next"), "");
    renameSync(join(folder, "next"), path);
    await expect.poll(() => read(token), { timeout: 10_000 }).toBe("200");
    expect(exchanges()).toBe(before + 1);
  });

  it("lets no frame of many WebSockets pass once it has answered", async () => {
    echo = await startEcho({ keeps: false });
    await start(undefined, manyTunnels(echo));
    const token = await stack.tokenOf("analyst");
    const flood = await floodOf(stack, token);
    expect(await revoke(`sub:local/${claimsOf(token)["sub"]}`)).toMatchObject({ status: 200 });
    expect(await flood.passed()).toEqual([]);
  });

  it("loses none of a thousand at once", async () => {
    await start();
    const entries = Array.from({ length: 1000 }, (_, i) => `jti:stolen-${i}`);
    const said = await Promise.all(entries.map(revoke));
    expect(said.every(({ status }) => status === 200)).toBe(true);
    expect(text().split("\n").slice(1, -1).toSorted()).toEqual(entries.toSorted());
  });

  it("says what is wrong with an entry, and writes nothing", async () => {
    await start();
    expect(await said("sub:lokal/somebody")).toBe('400 no issuer is named "lokal" here; there is local.');
    expect(await said("jti:a 2020-01-01T00:00:00Z")).toBe(
      "400 it would have ended already: write a later end, or none.",
    );
    expect(await said("user:somebody")).toMatch(/^400 a line is jti:…/);
    expect(await said("jti:a\njti:b")).toMatch(/^400 an entry is one line/);
    expect(text()).toBe("# nobody yet\n");
  });

  it("says what to do where the file is a link", async () => {
    await start();
    renameSync(path, join(folder, "target"));
    symlinkSync("target", path);
    expect(await revoke("jti:a")).toMatchObject({
      status: 409,
      json: { message: expect.stringContaining("change what it comes from") as unknown },
    });
  });
});

it("says where there is no denylist", async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-control-"));
  stack = await startStack();
  expect(await revoke("jti:a")).toEqual({
    status: 409,
    json: { message: "there is no denylist: name one in identity.denylistFile." },
  });
});

const env = () => ({ POSTERN_OPERATOR_PORT: String(stack.ports.operator) });

describe("the command line", () => {
  it("locks and unlocks", async () => {
    await start();
    const token = await stack.tokenOf("member");
    expect(await speak(["lock"], env())).toEqual({
      code: 0,
      out: "Postern is locked: nothing goes through it.\n",
      err: "",
    });
    expect(await read(token)).toBe("locked");
    const { code, out } = await speak(["unlock", "--json"], env());
    expect([code, JSON.parse(out)]).toEqual([0, { locked: false, message: "Postern is unlocked." }]);
    expect(await read(token)).toBe("200");
  });

  it("revokes an entry, with an end and a comment", async () => {
    await start();
    const argv = ["revoke", `sub:local/${MEMBER}`, "--for", "12h", "--comment", "lost laptop"];
    expect((await speak(argv, env())).code).toBe(0);
    const [, until = ""] = /^sub:local\/\S+ (\S+) # lost laptop$/m.exec(text()) ?? [];
    const leftMs = Date.parse(until) - Date.now();
    expect(leftMs).toBeGreaterThan(11 * 3_600_000);
    expect(leftMs).toBeLessThanOrEqual(12 * 3_600_000);
    expect(await read(await stack.tokenOf("member"))).toBe("token-revoked");
  });

  it("revokes the sign-in of a token that it does not send", async () => {
    await start();
    const [token, next] = await Promise.all([stack.tokenOf("member"), stack.tokenOf("member")]);
    const file = join(folder, "stolen.jwt");
    writeFileSync(file, `${token}\n`);
    expect((await speak(["revoke", "--token", file], env())).code).toBe(0);
    expect(text()).toBe(`# nobody yet\norigin_jti:${claimsOf(token)["origin_jti"]}\n`);
    expect([await read(token), await read(next)]).toEqual(["token-revoked", "200"]);
    const machine = await stack.tokenOf("service");
    writeFileSync(file, machine);
    expect((await speak(["revoke", "--token", file], env())).code).toBe(0);
    const { jti, exp } = claimsOf(machine);
    expect(text()).toContain(`\njti:${jti} ${new Date(Number(exp) * 1000).toISOString()}\n`);
  });

  it("says in one line why something is not done", async () => {
    await start();
    expect(await speak(["revoke", "sub:lokal/a"], env())).toEqual({
      code: 1,
      out: "",
      err: 'postern: Postern does not do it: no issuer is named "lokal" here; there is local.\n',
    });
    expect(await speak(["lock", "--operator", stack.url])).toMatchObject({
      code: 1,
      err: `postern: what answers at ${stack.url} is not Postern's operator listener\n`,
    });
  });
});
