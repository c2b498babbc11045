/**
 * Postern as it ships, warm: every cache filled, metrics on, access log off (on with `--log` as a second word).
 *
 * Loaded from `dist/`. The stand-in AWS beside it serves the sign-in and the one exchange and is idle while requests are
 * counted; they go to the upstream of the bench.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Read from "../../src/config/read.ts";
import type * as LocalAws from "../../src/local/aws.ts";
import type * as ParseWorld from "../../src/local/parse-world.ts";
import type * as Sidecar from "../../src/sidecar/sidecar.ts";
import type * as Log from "../../src/telemetry/log.ts";
import { announce } from "./subject.ts";

const ROOT = join(import.meta.dirname, "../..");
const [, , upstream = "", ...words] = process.argv;

const dist = (file: string): Promise<unknown> => import(join(ROOT, "dist", file));
const { startLocalAws } = (await dist("local/aws.js")) as typeof LocalAws;
const { readWorld } = (await dist("local/parse-world.js")) as typeof ParseWorld;
const { readConfig } = (await dist("config/read.js")) as typeof Read;
const { createSidecar } = (await dist("sidecar/sidecar.js")) as typeof Sidecar;
const { createLog } = (await dist("telemetry/log.js")) as typeof Log;

const world = readWorld(readFileSync(join(ROOT, "config/local-world.yaml"), "utf8"));
const aws = await startLocalAws({ world, address: { host: "127.0.0.1", port: 0 } });
const env: Record<string, string> = {
  POSTERN_PORT: "0",
  POSTERN_PROBES_PORT: "0",
  POSTERN_OPERATOR_PORT: "0",
  POSTERN_LOCAL_PORT: String(aws.port),
};
const yaml = readFileSync(join(ROOT, "config/dev.yaml"), "utf8").replace(
  "s3: { service: s3,",
  `s3: { service: s3, endpoint: "${upstream}",`,
);
const { config, ...reading } = readConfig(yaml, {
  env: (name) => env[name],
  file: () => undefined,
  now: Date.now,
});
if (config === undefined) throw new Error(JSON.stringify(reading.problems));

const log = createLog({ level: "info", requests: words.includes("--log") ? "all" : "none" });
const sidecar = createSidecar(
  { config, document: undefined },
  { version: "bench", log, now: Date.now, quit: () => {} },
);
const listen = await (await sidecar.start()).listen;
const token = aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web" });
announce({
  url: `http://127.0.0.1:${listen}/s3/reports/q3.txt`,
  headers: { authorization: `Bearer ${await token}` },
});
