import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../telemetry/outcome.ts";
import { createLog } from "../telemetry/log.ts";
import { command } from "./command.ts";
import { readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { signInLocally } from "./local-login.ts";
import { portsOf, startSidecar, untilStopped, whyNotStarted } from "./run.ts";
import { terminal } from "./terminal.ts";
import { runTour } from "./tour.ts";

const HELP = `Usage: postern dev

Runs Postern with a stand-in AWS beside it, does its main job once with real requests, says how to try more, and stays up
until Ctrl-C. No account and no network are needed. The world is config/local-world.yaml, the rules config/dev.yaml.

Ports, moved by environment variables:
  POSTERN_PORT (4480)           POSTERN_PROBES_PORT (4481)
  POSTERN_OPERATOR_PORT (4482)  POSTERN_LOCAL_PORT (4483), the stand-in AWS`;

/** `postern dev`. */
export const dev = command(HELP, {}, async (_, env) => {
  const ports = portsOf(env);
  const variableOf = (port: number) =>
    `${Object.entries(ports).find(([, value]) => value === String(port))?.[0]} moves it`;
  const loaded = readConfigFile(shipped("dev.yaml"), { ...env, ...ports });
  if (loaded === undefined) return EXIT.config;

  const aws = await startStandIn(Number(ports.POSTERN_LOCAL_PORT)).catch((error: unknown) => {
    terminal.err(`postern: ${whyNotStarted(error, variableOf)}`);
    return undefined;
  });
  if (aws === undefined) return EXIT.failure;
  const outcomes = new Map<string, Outcome>();
  const log = createLog(loaded.config.log);
  const running = await startSidecar(
    loaded,
    { ...log, record: (outcome) => void outcomes.set(outcome.requestId, outcome) },
    variableOf,
  );
  if (running === undefined) {
    await aws.close();
    return EXIT.failure;
  }
  const url = `http://127.0.0.1:${running.ports.listen}`;
  terminal.out(`Postern is at ${url}, in front of a stand-in AWS at ${aws.url}.\n`);
  const tokenOf = async (user: string): Promise<string> => (await signInLocally(user, env)).id ?? "";
  const good = await runTour({ url, tokenOf, outcomeOf: (id) => outcomes.get(id) });
  terminal.out(good ? tryIt(url) : "\nThis did not go as it should.");
  await untilStopped();
  await running.sidecar.drain();
  await aws.close();
  return EXIT.ok;
});

async function startStandIn(port: number) {
  const { startLocalAws } = await import("../local/aws.ts");
  const { readWorld } = await import("../local/parse-world.ts");
  const world = readWorld(readFileSync(shipped("local-world.yaml"), "utf8"));
  return startLocalAws({ world, address: { host: "127.0.0.1", port } });
}

/** A file of the package's config folder. */
function shipped(name: string): string {
  return fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
}

function tryIt(url: string): string {
  return `
Try it from another terminal. Users: admin, analyst, editor, member.

  curl -i -H "Authorization: Bearer $(npx postern token analyst)" ${url}/s3/reports/q3.txt
  curl -i -H "Authorization: Bearer $(npx postern token analyst)" -X DELETE ${url}/s3/reports/q3.txt
  npx postern whoami editor

An AWS SDK or the AWS CLI takes the token as its session token; any key and secret will do:

  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1
  export AWS_SESSION_TOKEN="$(npx postern token analyst)" AWS_ENDPOINT_URL=${url}
  aws --endpoint-url ${url} s3 cp s3://reports/q3.txt -
  aws --endpoint-url ${url} dynamodb get-item --table-name Orders \\
    --key '{"customerId":{"S":"acme"},"orderId":{"S":"2026-001"}}'

Ctrl-C ends it.`;
}
