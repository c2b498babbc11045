import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import { parse } from "yaml";
import { trustAllows } from "../../../src/local/iam/trust.ts";
import { createIdentitySide } from "../../../src/local/identity/identity-side.ts";
import type { IdentitySide, IdentitySideOptions } from "../../../src/local/identity/identity-side.ts";
import type { TextAnswer } from "../../../src/local/identity/text-answer.ts";
import { newSigningKey } from "../../../src/local/identity/signing-keys.ts";
import type { NewSigningKey, SigningKey } from "../../../src/local/identity/signing-keys.ts";
import type { StsCaller } from "../../../src/local/identity/assume-role.ts";
import { createSessions } from "../../../src/local/session.ts";
import type { Sessions } from "../../../src/local/session.ts";
import { parseWorld } from "../../../src/local/parse-world.ts";
import type { IdentityPool, World } from "../../../src/local/world.ts";

/** The identity side on a port of its own, with a clock that a test moves. */
export interface LocalAws {
  readonly endpoint: string;
  readonly side: IdentitySide;
  readonly sessions: Sessions;
  readonly world: World;
  /** Where the clock stands, in epoch milliseconds. */
  readonly now: () => number;
  readonly passMs: (ms: number) => void;
  readonly close: () => void;
}

/** The world of `postern dev`. */
export function shippedWorld(): World {
  return parseWorld(
    parse(readFileSync(new URL("../../../config/local-world.yaml", import.meta.url), "utf8")),
  );
}

/** The same with its first identity pool changed. */
export function withPool(change: Partial<IdentityPool>, world: World = shippedWorld()): World {
  const [first, ...rest] = world.identityPools;
  if (first === undefined) throw new Error("the world has no identity pool");
  return { ...world, identityPools: [{ ...first, ...change }, ...rest] };
}

/** Starts the identity side of a world; callers of STS are believed by their access key id. */
export async function startLocalAws(
  world: World = shippedWorld(),
  more: Partial<IdentitySideOptions> = {},
): Promise<LocalAws> {
  const sessions = createSessions();
  // Real clients check expiry by their own clock: the test's begins at the same time.
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const side = await createIdentitySide({
    world,
    sessions,
    now,
    trusts: trustAllows,
    newKey: reusedKeys(),
    ...more,
  });
  const pages = getRequestListener(side.app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (side.serves(path)) return void pages(request, response);
    return void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const target = String(request.headers["x-amz-target"] ?? "");
    const { status, headers, body: text } = await serve(target, body, request.headers.authorization ?? "");
    response.writeHead(status, headers).end(text);
  }

  async function serve(target: string, body: Buffer, authorization: string): Promise<TextAnswer> {
    if (target.startsWith("AWSCognitoIdentityProviderService.")) return side.cognitoIdp(target, body);
    if (target.startsWith("AWSCognitoIdentityService.")) return side.cognitoIdentity(target, body);
    const [, key = ""] = /Credential=(\w+)\//.exec(authorization) ?? [];
    return side.sts(new URLSearchParams(body.toString()), sessions.find(key) ?? iamUser(world, key));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    side,
    sessions,
    world,
    now,
    passMs: (ms) => {
      offsetMs += ms;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const made = new Map<string, Promise<SigningKey>>();

/** The same keys for every stand-in of a test file: making them is slow. */
function reusedKeys(): NewSigningKey {
  let asked = 0;
  return (alg, kid) => {
    asked += 1;
    const name = `${alg} ${asked}`;
    const key = made.get(name) ?? newSigningKey(alg, kid);
    made.set(name, key);
    return key;
  };
}

function iamUser(world: World, accessKeyId: string): StsCaller | undefined {
  const user = world.iamUsers?.find((each) => each.accessKeyId === accessKeyId);
  if (user === undefined) return undefined;
  const arn = `arn:aws:iam::${world.account}:user/${user.name}`;
  return { assumedRoleArn: arn, roleArn: arn, userId: "AIDALOCALUSER22222222", tags: {}, context: {} };
}
