import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read.ts";
import { createSeal, parseKeyFile } from "../../src/credentials/seal.ts";
import type { SharedTier } from "../../src/credentials/shared-tier.ts";
import { createSharedStore } from "../../src/credentials/shared-store.ts";
import { shared } from "../../src/credentials/shared.ts";
import type { Outbound } from "../../src/outbound/call.ts";
import { brokersOf } from "../../src/sidecar/brokers.ts";
import { createShelf } from "../../src/sidecar/parts.ts";
import { createClocks } from "../../src/signing/clock-offset.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { createRecent } from "../../src/telemetry/recent.ts";
import { callerOf, permitOf } from "../support/callers.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { NOW } from "../support/signed-tokens.ts";
import { quietGauges } from "../telemetry/metrics-gauges.ts";

const now = (): number => NOW;

/** A configuration in which the name `partner` stands for an issuer or a user pool. */
const partnerIs = (identity: string): string => `
aws: { region: us-east-1, account: "123456789012" }
identity: ${identity}
credentials:
  pool: { type: identity-pool, identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000001", verifyRole: false }
upstreams: { s3: { service: s3 } }
policy:
  rules: [{ name: all, who: { authenticated: true }, allow: [s3:GetObject], on: ["*"], role: pool }]
`;
const issuer = (host: string, more = ""): string =>
  partnerIs(`{ issuers: [{ name: partner, issuer: "https://${host}", audience: [web],
    jwksUri: "https://${host}/keys"${more} }] }`);
const userPool = (id: string, more = ""): string =>
  partnerIs(`{ userPools: [{ name: partner, id: ${id}, clientIds: [web], tokenUse: [id]${more} }] }`);

/** An identity pool that gives credentials named for the token that it was shown. */
const identityPool: Outbound = ({ body = "" }) => {
  const { Logins } = JSON.parse(body) as { Logins: Record<string, string> };
  const Credentials = {
    AccessKeyId: Object.values(Logins)[0],
    SecretKey: "secret",
    SessionToken: "session",
    Expiration: NOW / 1000 + 3600,
  };
  const answer = { IdentityId: "us-east-1:00000000-0000-4000-8000-000000000002", Credentials };
  return Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(answer) });
};

const metrics = createMetrics("", quietGauges());

/** Makes sidecars of one deployment, with one key, about one store. */
function createDeployment() {
  const parsed = parseKeyFile(`k:${Buffer.alloc(32, 1).toString("base64")}`);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const seal = createSeal({ keys: parsed.keys, deployment: "postern" });
  const store = createSharedStore(createMemoryStore(now), { now, onTrouble: () => {} });
  const tier: SharedTier = {
    ...store,
    share: (broker, settings) =>
      shared(broker, {
        store,
        seal,
        settingsDigest: JSON.stringify(settings),
        now,
        onLookup: () => {},
        onTamper: () => {},
      }),
  };
  /** Whose credentials the person gets from a sidecar that is configured so: says the token that it showed. */
  return async (yaml: string, token: string): Promise<string | undefined> => {
    const { config, problems } = readConfig(yaml, {
      env: () => undefined,
      file: () => undefined,
      now: Date.now,
    });
    if (config === undefined) throw new Error(JSON.stringify(problems));
    const log = createLog({ level: "error", requests: "none" }, { write: () => {} });
    const shelf = createShelf();
    const lasting = {
      outbound: identityPool,
      signer: createSigner(),
      clockOf: createClocks(now),
      metrics,
      recent: createRecent(now),
    };
    const { value: brokers, keep } = shelf.build((parts) =>
      brokersOf(config, { now, log, version: "", quit: () => {} }, lasting, {
        parts,
        sharing: { tier, settings: {} },
      }),
    );
    keep();
    const caller = callerOf({ issuer: "partner", subject: "1", token });
    const credentials = await brokers.of("pool")?.obtain(permitOf("pool"), caller);
    await shelf.close();
    return credentials?.accessKeyId;
  };
}

describe("S2.5 sidecars that share, where a name means another issuer in each", () => {
  it("find what another of the same issuer got", async () => {
    const askWith = createDeployment();
    expect(await askWith(issuer("one.test"), "token-1")).toBe("token-1");
    expect(await askWith(issuer("one.test"), "token-2")).toBe("token-1");
  });

  it.each([
    ["another issuer", issuer("one.test"), issuer("two.test")],
    ["an issuer and a user pool", issuer("one.test"), userPool("us-east-1_One")],
    ["another user pool", userPool("us-east-1_One"), userPool("us-east-1_Two")],
    ["an issuer of another login", issuer("one.test"), issuer("one.test", ", loginKey: two.test")],
    ["a pool of another login", userPool("us-east-1_One"), userPool("us-east-1_One", ", loginProvider: x")],
  ])("never give one person another's credentials: %s", async (_what, one, other) => {
    const askWith = createDeployment();
    expect(await askWith(one, "token-1")).toBe("token-1");
    expect(await askWith(other, "token-2")).toBe("token-2");
  });
});
