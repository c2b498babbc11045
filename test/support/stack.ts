import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Follower, followConfig } from "../../src/cli/follow-config.ts";
import { bearerOf, signInLocally } from "../../src/cli/local-login.ts";
import { loadWhole } from "../../src/config/load-whole.ts";
import { readConfig } from "../../src/config/read.ts";
import { type LocalAws, type LocalAwsOptions, startLocalAws } from "../../src/local/aws.ts";
import type { Fault } from "../../src/local/faults.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import type { World } from "../../src/local/world.ts";
import { createSidecar } from "../../src/sidecar/sidecar.ts";
import { createLog } from "../../src/telemetry/log.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import type { PacketOutcome } from "../../src/telemetry/tunnel-outcome.ts";
import { freePort } from "./free-port.ts";

const CONFIG = join(import.meta.dirname, "../../config");

/** Postern and the stand-in AWS, both real and both listening on ports of their own. */
export interface Stack {
  readonly aws: LocalAws;
  /** Of Postern's data face. */
  readonly url: string;
  /** 0 stands for a unix socket. */
  readonly ports: Readonly<Record<"listen" | "probes" | "operator", number>>;
  /** Every outcome so far, in order. */
  readonly outcomes: readonly Outcome[];
  /** Every MQTT packet that was decided so far, in order. */
  readonly packets: readonly PacketOutcome[];
  /** Every line that was logged so far, at the finest level. */
  readonly logged: () => string;
  /** The ID token of a user of the world, or the access token of its app client `service`, by a real sign-in. */
  readonly tokenOf: (user: string) => Promise<string>;
  /** Both tokens of one sign-in. */
  readonly tokensOf: (user: string) => Promise<{ readonly id: string; readonly access: string }>;
  /** What an SDK client of a user is made with: any key and secret, the token as session token. */
  readonly sdkOf: (user: string) => Promise<SdkOptions>;
  /** Requests that reached the stand-in's S3 and DynamoDB so far, refused ones too. */
  readonly arrived: () => number;
  /** Takes over each change of a configuration file, as `postern serve` does. */
  readonly follow: (path: string) => Follower;
  readonly close: () => Promise<void>;
}

/** Options of an AWS SDK client. */
export interface SdkOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

/** What a test may want otherwise. */
export interface StackOptions {
  readonly aws?: Partial<Omit<LocalAwsOptions, "world" | "address">>;
  /** What goes wrong at the stand-in from before Postern starts. */
  readonly faults?: readonly Fault[];
  /** Does not wait until Postern listens, for what it needs is not there. */
  readonly waits?: boolean;
  /** The sidecar's clock; the stand-in's is `aws.now`. */
  readonly now?: () => number;
  /** Changes the text of `config/dev.yaml` before it is read. Files that it names are read. */
  readonly config?: (yaml: string) => string;
  /** Changes the shipped world before it is started. */
  readonly world?: (world: World) => World;
}

/** Starts a stack with the shipped world and rules. */
export async function startStack({
  aws: awsOptions = {},
  faults = [],
  config = (yaml) => yaml,
  world: changed = (world) => world,
  waits = false,
  now = Date.now,
}: StackOptions = {}): Promise<Stack> {
  const world = changed(readWorld(readFileSync(join(CONFIG, "local-world.yaml"), "utf8")));
  const aws = await startLocalAws({ world, address: { host: "127.0.0.1", port: 0 }, ...awsOptions });
  for (const fault of faults) aws.faults.add(fault);
  const env: Record<string, string> = {
    POSTERN_PORT: await portFor(waits),
    POSTERN_PROBES_PORT: "0",
    POSTERN_OPERATOR_PORT: "0",
    POSTERN_LOCAL_PORT: String(aws.port),
  };
  const reading = readConfig(config(readFileSync(join(CONFIG, "dev.yaml"), "utf8")), {
    env: (name) => env[name],
    file: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    now: Date.now,
  });
  if (reading.config === undefined) throw new Error(JSON.stringify(reading.problems));
  const lines: string[] = [];
  const outcomes: Outcome[] = [];
  const packets: PacketOutcome[] = [];
  const log = createLog(
    { level: "debug", requests: "all" },
    { write: (line: string) => void lines.push(line) },
  );
  const own = ownKeysOf(world);
  const recording = {
    ...log,
    adopt: () => {}, // everything is wanted here, whatever the configuration says
    record: (outcome: Outcome) => {
      outcomes.push(outcome);
      log.record(outcome);
    },
    tunnels: {
      ...log.tunnels,
      packet: (packet: PacketOutcome) => {
        packets.push(packet);
        log.tunnels.packet(packet);
      },
    },
  };
  const ambient = () => Promise.resolve(own);
  const sidecar = createSidecar(reading, {
    ambient,
    version: "0.0.0-test",
    now,
    log: recording,
    quit: () => {},
  });
  const followers: Follower[] = [];
  const { listen, ...others } = await sidecar.start();
  const ports = { ...others, listen: waits ? Number(env["POSTERN_PORT"]) : await portOf(listen) };
  const url = `http://127.0.0.1:${ports.listen}`;
  const tokenOf = async (user: string): Promise<string> => bearerOf(await signInLocally(user, env));
  return {
    aws,
    url,
    ports,
    outcomes,
    packets,
    logged: () => lines.join(""),
    tokenOf,
    tokensOf: async (user) => {
      const { id = "", access } = await signInLocally(user, env);
      return { id, access };
    },
    sdkOf: async (user) => ({
      endpoint: url,
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any", sessionToken: await tokenOf(user) },
    }),
    arrived: () =>
      [...aws.calls.all()].reduce(
        (sum, [call, count]) => sum + (/^(?:s3|dynamodb):/.test(call) ? count : 0),
        0,
      ),
    follow: (path) => {
      const loaded = { ...reading, path, references: loadWhole(path, env, now).references };
      const follower = followConfig({ loaded, env, sidecar, log, allowRecord: true });
      followers.push(follower);
      return follower;
    },
    close: async () => {
      for (const follower of followers) follower.close();
      await sidecar.drain();
      await aws.close();
    },
  };
}

/** Where the data face will be: known before it is there, if that may take long. */
async function portFor(waits: boolean): Promise<string> {
  return waits ? String(await freePort()) : "0";
}

async function portOf(listening: Promise<number | undefined>): Promise<number> {
  return (await listening) ?? 0;
}

/** Those of the world's first IAM user: the sidecar's own identity. */
function ownKeysOf({ iamUsers = [] }: World): { accessKeyId: string; secretAccessKey: string } {
  const { accessKeyId = "", secretAccessKey = "" } = iamUsers[0] ?? {};
  return { accessKeyId, secretAccessKey };
}

/** Calls that reached the stand-in, by `service:Operation`. */
export function countsOf(aws: LocalAws): Record<string, number> {
  return Object.fromEntries(aws.calls.all());
}
