import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawRequest } from "../admin/raw-request.ts";
import { type Stack, startStack } from "../support/stack.ts";

const TOKEN = "0123456789-of-operators";
let folder: string;
let stack: Stack;
let nowMs = Date.now();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-operator-denials-"));
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, TOKEN, { mode: 0o600 });
  const address = 'address: "127.0.0.1:${env:POSTERN_OPERATOR_PORT}"';
  const config = (yaml: string) => yaml.replace(address, `${address}, tokenFile: ${tokenFile}`);
  stack = await startStack({ config, now: () => nowMs });
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

interface Line {
  readonly audit?: string;
  readonly why?: string;
  readonly host?: string;
  readonly suppressed?: number;
}

const denials = (): readonly Line[] =>
  stack
    .logged()
    .split("\n")
    .filter((line) => line.includes('"face":"operator"'))
    .map((line) => JSON.parse(line) as Line);

const ask = (...headers: readonly string[]) =>
  rawRequest(stack.ports.operator, "GET /config HTTP/1.1", headers);

describe("who is not let in to the operator's face", () => {
  it("is in the audit, with no token and little of what they wrote", async () => {
    const host = `127.0.0.1:${stack.ports.operator}`;
    expect((await ask(`Host: ${host}`, `Authorization: Bearer ${TOKEN}`)).status).toBe(200);
    expect(denials()).toEqual([]);
    expect((await ask(`Host: ${host}`, "Authorization: Bearer a-guess-of-somebody")).status).toBe(401);
    expect((await ask(`Host: ${"e".repeat(300)}.test`)).status).toBe(403);
    expect(denials()).toMatchObject([
      { audit: "denial", why: "token", suppressed: 0 },
      { audit: "denial", why: "host", host: "e".repeat(100) },
    ]);
    expect(stack.logged()).not.toContain("a-guess-of-somebody");
  });

  it("does not fill the log", async () => {
    const guess = ["Authorization: Bearer another-guess", `Host: 127.0.0.1:${stack.ports.operator}`];
    const before = denials().length;
    nowMs += 1000;
    await Promise.all(Array.from({ length: 60 }, () => ask(...guess)));
    expect(denials()).toHaveLength(before + 10);
    nowMs += 1000;
    await ask(...guess);
    expect(denials().at(-1)).toMatchObject({ why: "token", suppressed: 50 });
  });
});
