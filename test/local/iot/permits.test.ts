import { describe, expect, it } from "vitest";
import { createPermits, principalOf } from "../../../src/local/iot/permits.ts";
import type { MqttAction } from "../../../src/local/iot/permits.ts";
import { createIotPolicies } from "../../../src/local/iot/policies.ts";
import { createSessions } from "../../../src/local/session.ts";
import { WORLD } from "../stand-in.ts";

const SUB = "00000000-aaaa-4000-8000-000000000002";
const IDENTITY = "us-east-1:11111111-1111-4111-8111-111111111111";
const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

/** A world in which one identity is that of the analyst, and a client of it asks. */
function stand({
  role = "analyst",
  amr = "authenticated",
  attach = [] as readonly string[],
  own = true,
} = {}) {
  const logins = own ? [{ provider: PROVIDER, sub: SUB }] : [];
  const identities = {
    find: (id: string) => (id === IDENTITY ? { id, poolId: POOL, logins } : undefined),
  };
  const policies = createIotPolicies(WORLD, identities);
  for (const name of attach) policies.attach(name, IDENTITY);
  const session = createSessions().issue({
    roleArn: `arn:aws:iam::123456789012:role/${role}`,
    sessionName: "test",
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    tags: { sub: SUB },
    context: {
      "cognito-identity.amazonaws.com:sub": IDENTITY,
      "cognito-identity.amazonaws.com:amr": [amr, PROVIDER],
    },
  });
  const permits = createPermits(WORLD, policies, Date.now);
  const principal = principalOf(session, { secure: false });
  const may = (action: MqttAction["action"], resource: string, clientId = SUB): boolean =>
    permits(principal, { clientId, action, resource });
  return { may, policies, principal, permits };
}

describe("a client of an identity with a policy", () => {
  it("may what IAM and the policy allow, each with its own variables", () => {
    const { may } = stand();
    expect(may("Connect", `client/${SUB}`)).toBe(true);
    expect(may("Publish", `topic/things/${SUB}/t`)).toBe(true);
    expect(may("RetainPublish", `topic/things/${SUB}/t`)).toBe(true);
    expect(may("Subscribe", `topicfilter/things/${SUB}/#`)).toBe(true);
    expect(may("Receive", `topic/things/${SUB}/a/b`)).toBe(true);
  });

  it("may not what one of them does not", () => {
    const { may } = stand();
    const other = "somebody-else";
    expect(may("Connect", `client/${other}`, other)).toBe(false);
    expect(may("Publish", `topic/things/${other}/t`)).toBe(false);
    expect(may("Publish", `topic/things/${other}/t`, other)).toBe(false);
    expect(may("Subscribe", "topicfilter/things/+/t")).toBe(false);
    expect(may("Subscribe", `topicfilter/things/${SUB}`)).toBe(false);
  });

  it("shares the topics of its user by its own id", () => {
    const { may } = stand();
    const phone = `${SUB}-phone`;
    expect(may("Connect", `client/${phone}`, phone)).toBe(true);
    expect(may("Publish", `topic/things/${SUB}/${phone}/t`, phone)).toBe(true);
    expect(may("Publish", `topic/things/${SUB}/t`, phone)).toBe(false);
  });
});

describe("without a policy", () => {
  it("an identity that showed a login may nothing", () => {
    const { may, policies } = stand({ own: false });
    expect(policies.attachedTo(IDENTITY)).toEqual([]);
    expect(may("Connect", `client/${SUB}`)).toBe(false);
    policies.attach("everyone", IDENTITY);
    expect(may("Connect", `client/${SUB}`)).toBe(true);
    expect(may("Connect", "client/other", "other")).toBe(false);
  });

  it("a guest, and a session of no identity pool, may what IAM allows", () => {
    expect(stand({ own: false, amr: "unauthenticated" }).may("Connect", `client/${SUB}`)).toBe(true);
    expect(stand({ role: "guest", amr: "unauthenticated" }).may("Connect", `client/${SUB}`)).toBe(false);
    const { permits, principal } = stand({ own: false });
    const { context: _context, ...session } = principal.session;
    const plain = principalOf({ ...session, context: {} }, { secure: false });
    const asked = { clientId: SUB, action: "Connect", resource: `client/${SUB}` } as const;
    expect(permits(plain, asked)).toBe(true);
  });
});

describe("policies", () => {
  it("are attached to the identity of a user that the world names, once more or no more", () => {
    const { policies, may } = stand({ attach: ["everyone", "everyone"] });
    expect(policies.attachedTo(IDENTITY)).toEqual(["postern-things", "everyone"]);
    expect(policies.detach("everyone", IDENTITY)).toBe(true);
    expect(policies.detach("postern-things", IDENTITY)).toBe(true);
    expect(policies.detach("postern-things", IDENTITY)).toBe(false);
    expect(policies.attachedTo(IDENTITY)).toEqual([]);
    expect(may("Connect", `client/${SUB}`)).toBe(false);
  });
});
