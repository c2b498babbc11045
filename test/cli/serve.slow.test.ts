import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { speak } from "./spoken.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
let folder = "";
let taker: Server;
let taken = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-serve-"));
  taker = createServer((socket) => socket.destroy());
  await once(taker.listen(0, "127.0.0.1"), "listening");
  taken = (taker.address() as AddressInfo).port;
});

afterAll(() => {
  taker.close();
  rmSync(folder, { recursive: true });
});

/** The development rules, with nobody behind `aws.endpoint`, and the ports given. */
function configOf(ports: Readonly<Record<string, number>>): string {
  const path = join(folder, "postern.yaml");
  const text = DEV.replace(/\$\{env:(?<name>\w+)\}/g, (_, name: string) => String(ports[name] ?? 0))
    .replace('127.0.0.1:0"\n\nidentity', `127.0.0.1:${taken}"\n\nidentity`)
    .replace("level: warn", "level: silent");
  writeFileSync(path, text);
  return path;
}

it.each([
  ["POSTERN_PORT", "listen"],
  ["POSTERN_PROBES_PORT", "probes"],
  ["POSTERN_OPERATOR_PORT", "operator"],
])("says in one line that the port of %s is taken, and what moves it", async (variable, face) => {
  const path = configOf({ POSTERN_LOCAL_PORT: taken, [variable]: taken });
  expect(await speak(["serve", "-c", path])).toEqual({
    code: 1,
    out: "",
    err: `postern: port ${taken} is taken; ${face}.address in the configuration moves it\n`,
  });
});

it("lets go of the ports that it had got when another is taken", async () => {
  const spare = createServer();
  await once(spare.listen(0, "127.0.0.1"), "listening");
  const { port } = spare.address() as AddressInfo;
  spare.close();
  await once(spare, "close");
  const path = configOf({ POSTERN_LOCAL_PORT: taken, POSTERN_PROBES_PORT: port, POSTERN_PORT: taken });
  expect(await speak(["serve", "-c", path])).toMatchObject({ code: 1 });
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
});

it("says in one line that an address is not this machine's", async () => {
  const path = configOf({ POSTERN_LOCAL_PORT: taken });
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(/probes: .*/, 'probes: { address: "192.0.2.1:4481" }'),
  );
  expect(await speak(["serve", "-c", path])).toEqual({
    code: 1,
    out: "",
    err: "postern: port 4481 is at an address that this machine does not have; probes.address in the configuration moves it\n",
  });
});

it("does not start by a configuration that check finds problems in", async () => {
  const path = join(folder, "bad.yaml");
  writeFileSync(path, "aws: { region: nowhere }\n");
  const served = await speak(["serve", "-c", path]);
  expect(served.code).toBe(78);
  expect(served).toEqual(await speak(["check", path]));
});

it("S6.5 does not serve the stand-in's user pool but behind a loopback endpoint", async () => {
  const path = configOf({});
  writeFileSync(path, readFileSync(path, "utf8").replace(/^ {2}endpoint: .*$/m, ""));
  const { code, err } = await speak(["serve", "-c", path]);
  expect(code).toBe(78);
  expect(err).toContain("identity.userPools.0.id: the stand-in's user pool is for tests");
});
