/**
 * Postern as it ships, warm: every cache filled, metrics on, access log off (on with `--log` as a second word).
 *
 * Loaded from `dist/`. The stand-in AWS beside it serves the sign-in and the one exchange and is idle while requests are
 * counted; they go to the upstream of the bench.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { announce } from "./subject.ts";

const ROOT = join(import.meta.dirname, "../..");
const [, , upstream = "", ...words] = process.argv;

const dist = <T>(file: string): Promise<T> => import(join(ROOT, "dist", file)) as Promise<T>;
const { startLocalAws } = await dist<typeof import("../../src/local/aws.ts")>("local/aws.js");
const { readWorld } = await dist<typeof import("../../src/local/parse-world.ts")>("local/parse-world.js");
const { readConfig } = await dist<typeof import("../../src/config/read.ts")>("config/read.js");
const { createSidecar } = await dist<typeof import("../../src/sidecar.ts")>("sidecar.js");
const { createLog } = await dist<typeof import("../../src/telemetry/log.ts")>("telemetry/log.js");

const world = readWorld(readFileSync(join(ROOT, "config/local-world.yaml"), "utf8"));
const aws = await startLocalAws({ world, address: { host: "127.0.0.1", port: 0 } });
const env: Record<string, string> = {
  POSTERN_PORT: "0",
  POSTERN_PROBES_PORT: "0",
  POSTERN_OPERATOR_PORT: "0",
  POSTERN_LOCAL_PORT: String(aws.port),
};
const yaml = readFileSync(join(ROOT, "config/dev.yaml"), "utf8").replace(
  "s3: { service: s3 }",
  `s3: { service: s3, endpoint: "${upstream}" }`,
);
const { config, document } = readConfig(yaml, { env: (name) => env[name], file: () => undefined }) as Extract<
  ReturnType<typeof readConfig>,
  { config: object }
>;
const log = createLog({ level: "info", requests: words.includes("--log") ? "all" : "none" });
const sidecar = createSidecar(config, { version: "bench", log, now: Date.now, document });
const { listen } = await sidecar.start();
const token = aws.identity.tokens.issueIdToken({ username: "analyst", clientId: "web" });
announce({
  url: `http://127.0.0.1:${listen}/s3/reports/q3.txt`,
  headers: { authorization: `Bearer ${await token}` },
});
