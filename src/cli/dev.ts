import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Address } from "../config/address.ts";
import type { Environment } from "../config/load.ts";
import type { Ambient } from "../credentials/assume-role.ts";
import type { SigningCredentials } from "../signing/signing-key.ts";
import { createLog } from "../telemetry/log.ts";
import type { Outcome } from "../telemetry/outcome.ts";
import { command } from "./command.ts";
import { Complaint } from "./complaint.ts";
import { type LoadedConfig, readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { followConfig } from "./follow-config.ts";
import { bearerOf, signInLocally } from "./local-login.ts";
import { DEFAULT_PORTS, portsOf } from "./ports.ts";
import { catchStop, startSidecar, type Stop, whyNotStarted } from "./run.ts";
import { terminal } from "./terminal.ts";
import { runTour } from "./tour.ts";

const HELP = `Usage: postern dev

Runs Postern with a stand-in AWS beside it, does its main job once with real requests, says how to try more, and stays up
until Ctrl-C. No account and no network are needed. The world is config/local-world.yaml, the rules config/dev.yaml.

A change of config/dev.yaml is taken over at once. Record mode needs no flag here.

Ports, moved by environment variables:
${Object.entries(DEFAULT_PORTS)
  .map(([variable, port]) => `  ${variable} (${port})`)
  .join("\n")}`;

/** `postern dev`. */
export const dev = command({ name: "dev", help: HELP }, async (_, env) => {
  const ports = portsOf(env);
  const variableOf = (port: number): string =>
    Object.entries(ports).find(([, value]) => value === String(port))?.[0] ?? "another variable";
  const standIn = await loadStandIn();
  const loaded = readConfigFile(shipped("dev.yaml"), { ...env, ...ports });
  if (loaded === undefined) return EXIT.config;

  const address = { host: "127.0.0.1", port: Number(ports.POSTERN_LOCAL_PORT) };
  const aws = await standIn.start(address).catch((error: unknown) => {
    throw whyNotStarted(error, variableOf);
  });
  const stop = catchStop();
  try {
    return await runBeside(aws, { loaded, env: { ...env, ...ports }, variableOf, stop });
  } finally {
    stop.forget();
    await aws.close();
  }
});

interface Scene {
  readonly loaded: LoadedConfig;
  readonly env: Environment;
  readonly variableOf: (port: number) => string;
  readonly stop: Stop;
}

async function runBeside(aws: StandIn, { loaded, env, variableOf, stop }: Scene): Promise<number> {
  const outcomes = new Map<string, Outcome>();
  let touring = true;
  const record = (outcome: Outcome): void => {
    if (touring) outcomes.set(outcome.requestId, outcome);
  };
  const log = { ...createLog(loaded.config.log), record };
  terminal.progress("starting Postern");
  const { sidecar, listening } = await startSidecar(loaded, {
    log,
    movedBy: variableOf,
    quit: stop.ask,
    ambient: aws.ambient,
  });
  const follower = followConfig({ loaded, env, sidecar, log, allowRecord: true });
  try {
    const port = await Promise.race([listening, stop.asked]);
    if (port === undefined) return EXIT.ok;
    const url = `http://127.0.0.1:${port}`;
    terminal.done();
    terminal.out(`Postern is at ${url}, in front of a stand-in AWS at ${aws.url}.\n`);
    const tokenOf = async (user: string): Promise<string> => bearerOf(await signInLocally(user, env));
    const good = await runTour({ url, tokenOf, outcomeOf: (id) => outcomes.get(id) });
    touring = false;
    outcomes.clear();
    terminal.out(good ? tryIt(url) : "\nThis did not go as it should.");
    await stop.asked;
    return EXIT.ok;
  } finally {
    follower.close();
    await sidecar.drain();
  }
}

/** The stand-in and its packages are for development: an image carries neither. */
async function loadStandIn() {
  try {
    const { startLocalAws } = await import("../local/aws.ts");
    const { readWorld } = await import("../local/parse-world.ts");
    return {
      start: async (address: Address) => {
        const world = readWorld(readFileSync(shipped("local-world.yaml"), "utf8"));
        const { url, close } = await startLocalAws({ world, address });
        return { url, close, ambient: ambientOf(world) };
      },
    };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
      throw new Complaint("this installation has no stand-in AWS; run postern dev from a checkout");
    throw error;
  }
}

/** What `dev` needs of the stand-in once it runs. */
interface StandIn {
  readonly url: string;
  readonly close: () => Promise<void>;
  readonly ambient: Ambient;
}

/** The sidecar is itself an IAM user of that world; keys of a real account in the environment are left alone. */
function ambientOf({ iamUsers = [] }: { readonly iamUsers?: readonly SigningCredentials[] }): Ambient {
  const [user] = iamUsers;
  if (user === undefined) throw new Complaint("the world has no IAM user for the sidecar to be");
  const { accessKeyId, secretAccessKey } = user;
  const own = { accessKeyId, secretAccessKey };
  return () => Promise.resolve(own);
}

/** A file of the package's config folder. */
function shipped(name: string): string {
  return fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
}

function tryIt(url: string): string {
  return `
Try it from another terminal. Users: admin, analyst, editor, member; the app client service; and guest, without a token.

  curl -i -H "Authorization: Bearer $(npx postern token analyst)" ${url}/s3/reports/q3.txt
  curl -i -H "Authorization: Bearer $(npx postern token analyst)" -X DELETE ${url}/s3/reports/q3.txt
  curl -i ${url}/s3/public/index.txt
  npx postern whoami editor
  npx postern explain analyst mqtt publish things/other/lamp

An AWS SDK or the AWS CLI takes the token as its session token; any key and secret will do:

  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_SESSION_TOKEN="$(npx postern token analyst)" AWS_ENDPOINT_URL=${url}
  aws --endpoint-url ${url} s3 cp s3://reports/q3.txt -
  aws --endpoint-url ${url} dynamodb get-item --table-name Orders \\
    --key '{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}'

Ctrl-C ends it.`;
}
