import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { openSocket, requestText } from "../support/raw-client.ts";
import { idClaims, makeKey, signToken } from "../support/signed-tokens.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
afterEach(() => stack.close());

const forger = makeKey("bogus");
const forged = (region: string) =>
  signToken(
    forger,
    idClaims({
      iss: `https://cognito-idp.${region}.amazonaws.com/us-east-1_LOCAL`,
      exp: Math.floor(Date.now() / 1000) + 900,
    }),
  );
const get = (token: string) => requestText("GET /s3/reports/q3.txt", [["Authorization", `Bearer ${token}`]]);

it("a flood of forged tokens of all issuers, none of whom answers, leaves room for those who have proved", async () => {
  stack = await startStack({
    config: (yaml) =>
      `${yaml.replace("id: us-east-1_LOCAL\n", "id: us-east-1_LOCAL\n      regions: [eu-west-1]\n")}limits: { inFlight: 20 }\n`,
  });
  const token = await stack.tokenOf("admin");
  stack.aws.faults.add({ service: "user-pool", effect: { kind: "latency", ms: 20_000 } });
  const tokens = ["us-east-1", "eu-west-1"].map(forged);
  const sockets = await Promise.all(Array.from({ length: 60 }, () => openSocket(stack.ports.listen)));
  for (const [i, socket] of sockets.entries()) socket.resume().write(get(tokens[i % 2] ?? ""));
  while (stack.outcomes.length < 40) await sleep(10);
  expect(stack.outcomes.map(({ reason }) => reason)).not.toContain("overloaded");
  const answer = await fetch(`${stack.url}/s3/reports/q3.txt`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
