import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../src/local/world.ts";
import { roleArn, roleNamedIn, withRules } from "../support/own-rules.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { countsOf, type Stack, startStack } from "../support/stack.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** Whom each rule is about: it allows the reading of one object, which bears the rule's name. */
const WHO = {
  authenticated: "{ authenticated: true }",
  group: "{ groups: [analysts] }",
  web: "{ clients: [web] }",
  service: "{ clients: [service] }",
  machine: "{ machine: true }",
  pool: "{ issuers: [local] }",
  "machines-of-the-pool": "{ issuers: [local], machine: true }",
  "group-and-service": "{ groups: [analysts], clients: [service] }",
  name: '{ claims: { "cognito:username": analyst } }',
} as const;

/** What each source gives: a role that the rule names, or the pool's choice. */
const SOURCES = {
  enhanced: { role: roleArn("analyst"), credentials: "pool" },
  chosen: { role: "pool", credentials: "pool" },
  basic: { role: roleArn("analyst"), credentials: "basic" },
  direct: { role: roleArn("federated"), credentials: "direct" },
  assumed: { role: roleArn("service"), credentials: "service" },
} as const;
type Source = keyof typeof SOURCES;

/** No role may read this bucket, so that IAM refuses whoever gets there, and says who that was. */
const BUCKET = "nowhere";

const rule = (key: string, who: string, gives: { readonly role: string; readonly credentials: string }) => `
    - name: ${key}
      who: ${who}
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::${BUCKET}/${key}"]
      role: ${gives.role}
      credentials: ${gives.credentials}`;

const RULES = [
  ...Object.entries(WHO).map(([key, who]) => rule(key, who, SOURCES.assumed)),
  ...Object.entries(SOURCES).map(([key, gives]) => rule(key, "{ clients: [web, kiosk, service] }", gives)),
  rule("guest", "{ guest: true }", SOURCES.chosen),
  `
    - name: locked
      deny: [s3:GetObject]
      on: ["arn:aws:s3:::${BUCKET}/locked"]`,
].join("");

function withCallers(yaml: string): string {
  return withRules(yaml, RULES)
    .replace("clientIds: [web, service]", "clientIds: [web, kiosk, service]\n      regions: [eu-west-1]")
    .replace(
      "\nupstreams:",
      `
  basic:
    type: identity-pool
    identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000002"
    flow: basic
    acceptAnyTrustingRole: true
  direct: { type: web-identity, acceptAnyTrustingRole: true }
  cache: { maxCallers: 3 }
  rates: { GetId: 1000, GetOpenIdToken: 1000, GetCredentialsForIdentity: 1000, GetCallerIdentity: 2000 }

upstreams:`,
    );
}

const USER_POOL = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";
const AUDIENCE = { StringEquals: { [`${USER_POOL}:aud`]: ["web", "kiosk"] } };

/** The shipped world with a second app client, `kiosk`, for which the identity pool chooses otherwise. */
function withKiosk(world: World): World {
  const clientIds = ["web", "kiosk"];
  const kiosk = {
    type: "Rules",
    ambiguousRoleResolution: "AuthenticatedRole",
    rules: [{ claim: "cognito:groups", matchType: "Equals", value: "editors", roleArn: roleArn("steward") }],
  } as const;
  const analyst = world.roles.find(({ name }) => name === "analyst")!;
  const roles = world.roles.map((role) => {
    if (role.name !== "federated") return role;
    const { Statement } = role.trust as { Statement: readonly object[] };
    return {
      ...role,
      trust: { Version: "2012-10-17", Statement: [{ ...Statement[0], Condition: AUDIENCE }] },
    };
  });
  return {
    ...world,
    userPool: {
      ...world.userPool,
      clients: [...world.userPool.clients, { id: "kiosk", flows: ["password"] }],
    },
    identityPools: world.identityPools.map((pool) => ({
      ...pool,
      clientIds,
      ...(pool.roleMappings && {
        roleMappings: { ...pool.roleMappings, [`${USER_POOL}:kiosk`]: kiosk },
      }),
    })),
    roles: [...roles, { name: "steward", trust: analyst.trust, policies: [] }],
    oidcProviders: [{ url: USER_POOL, clientIds }],
  };
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ config: withCallers, world: withKiosk });
});
afterAll(() => stack.close());

interface SignIn {
  readonly client?: "web" | "kiosk";
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly originJti?: string;
}

/** What a request carries, by the tokens that it has. */
interface Carried {
  readonly id: Lines;
  readonly access: Lines;
  readonly pair: Lines;
}

const wish = (role: string): Lines => [["X-Postern-Role", role]];
const bearer = (token: string): Lines => [["Authorization", `Bearer ${token}`]];

/** Both tokens of one sign-in. */
async function signIn(
  username: string,
  { client = "web", claims = {}, originJti = randomUUID() }: SignIn = {},
  at: Stack = stack,
) {
  const { tokens } = at.aws.identity;
  const request = { username, clientId: client, originJti, claims };
  const [id, access] = await Promise.all([tokens.issueIdToken(request), tokens.issueAccessToken(request)]);
  return { id, access };
}

async function carriedBy(username: string, how?: SignIn): Promise<Carried> {
  const { id, access } = await signIn(username, how);
  return {
    id: bearer(id),
    access: bearer(access),
    pair: [...bearer(access), ["X-Postern-Id-Token", id]],
  };
}

function machineToken(claims: Readonly<Record<string, unknown>> = {}, at: Stack = stack): Promise<string> {
  const { tokens } = at.aws.identity;
  const nowSeconds = Math.floor(Date.now() / 1000);
  return tokens.sign("access", {
    iss: tokens.issuer,
    sub: "service",
    client_id: "service",
    token_use: "access",
    scope: "postern/orders.read",
    exp: nowSeconds + 3600,
    iat: nowSeconds,
    jti: randomUUID(),
    ...claims,
  });
}

/** The role in which AWS was asked for an object, or Postern's reason why it was not. */
async function ask(key: string, lines: Lines = [], to: Stack = stack): Promise<string> {
  const host = ["Host", `127.0.0.1:${to.ports.listen}`] as const;
  const { answers } = await exchange(
    to.ports.listen,
    requestText(`GET /s3/${BUCKET}/${key}`, [host, ...lines]),
  );
  const { headers, body } = answers[0]!;
  return headers.get("x-postern-reason") ?? roleNamedIn(body) ?? body;
}

/** Asks for one object as each of some callers, all at once. */
async function askAs<K extends string>(key: string, callers: Readonly<Record<K, Lines>>) {
  const names = Object.keys(callers) as K[];
  const answers = await Promise.all(names.map((name) => ask(key, callers[name])));
  return Object.fromEntries(names.map((name, i) => [name, answers[i]]));
}

/** Asks as somebody whose token has this for its groups. */
async function askInGroups(groups: unknown): Promise<string> {
  const { id } = await signIn("analyst", { claims: { "cognito:groups": groups } });
  return ask("group", bearer(id));
}

describe("S1.1 a rule is about the callers that it names", () => {
  const GUEST: Lines = [];
  let callers: Record<string, Lines>;
  beforeAll(async () => {
    const [analyst, member, machine, grouped] = await Promise.all([
      carriedBy("analyst"),
      carriedBy("member"),
      machineToken(),
      machineToken({ "cognito:groups": ["analysts"] }),
    ]);
    callers = {
      "a user by ID token": analyst.id,
      "a user by access token": analyst.access,
      "a user by both": analyst.pair,
      "a user without a group": member.id,
      "a machine": bearer(machine),
      "a machine that says it is in a group": bearer(grouped),
      "a guest": GUEST,
    };
  });

  const GROUPED = ["a user by ID token", "a user by access token", "a user by both"];
  const USERS = [...GROUPED, "a user without a group"];
  const MACHINES = ["a machine", "a machine that says it is in a group"];

  it.each<readonly [rule: string, admitted: readonly string[]]>([
    ["authenticated", USERS],
    ["group", GROUPED],
    ["web", USERS],
    ["service", MACHINES],
    ["machine", MACHINES],
    ["pool", USERS],
    ["machines-of-the-pool", MACHINES],
    ["group-and-service", ["a machine that says it is in a group"]],
    // Policy reads the bearer of a pair, and access tokens call it username.
    ["name", ["a user by ID token"]],
  ])("%s", async (key, admitted) => {
    const before = stack.arrived();
    const expected = Object.keys(callers).map((who) => [
      who,
      admitted.includes(who) ? "service" : "denied-no-rule",
    ]);
    expect(await askAs(key, callers)).toEqual(Object.fromEntries(expected));
    expect(stack.arrived() - before).toBe(admitted.length);
  });

  it("guest: nobody who says who they are", async () => {
    const expected = Object.keys(callers).map((who) => [who, who === "a guest" ? "guest" : "denied-no-rule"]);
    expect(await askAs("guest", callers)).toEqual(Object.fromEntries(expected));
  });

  it("a group stands alone as text too, and is one group whatever is in it", async () => {
    expect(await askInGroups("analysts")).toBe("service");
    for (const other of [
      "analysts,editors",
      "analysts editors",
      '["analysts"]',
      ["ANALYSTS"],
      [["analysts"]],
      7,
    ])
      expect(await askInGroups(other)).toBe("denied-no-rule");
  });
});

describe("S2.1 a source that cannot use the token refuses, and no other is tried", () => {
  const NEEDS_ID = "id-token-required";
  it.each<readonly [source: Source, roles: { readonly id: string; readonly access: string }]>([
    ["enhanced", { id: "analyst", access: NEEDS_ID }],
    ["chosen", { id: "analyst", access: NEEDS_ID }],
    ["basic", { id: "analyst", access: NEEDS_ID }],
    ["direct", { id: "federated", access: NEEDS_ID }],
    ["assumed", { id: "service", access: "service" }],
  ])("%s", async (source, { id, access }) => {
    const analyst = await carriedBy("analyst");
    const machine = bearer(await machineToken());
    expect(await askAs(source, { ...analyst, machine, guest: [] })).toEqual({
      id,
      access,
      pair: id,
      machine: access,
      guest: "denied-no-rule",
    });
  });
});

describe("S1.2 whoever presents something that is not accepted is no guest", () => {
  const SIGNATURE =
    "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";

  it("and who presents nothing is one", async () => {
    expect(await ask("guest")).toBe("guest");
    expect(await ask("guest", [["Cookie", "session=x"]])).toBe("guest");
  });

  it("whatever is wrong with the token", async () => {
    const { tokens } = stack.aws.identity;
    const { id } = await signIn("analyst");
    const claims = { username: "analyst", clientId: "web" } as const;
    const soon = Math.floor(Date.now() / 1000) + 600;
    const bad = {
      "token-expired": await tokens.issueIdToken({ ...claims, lifetimeMs: -1000 }),
      "token-not-yet-valid": await tokens.issueIdToken({ ...claims, claims: { nbf: soon } }),
      "token-signature": `${id.slice(0, id.lastIndexOf("."))}.${"A".repeat(342)}`,
      "token-issuer": await tokens.issueIdToken({ ...claims, claims: { iss: "https://example.com" } }),
      "token-client": await tokens.issueIdToken({ ...claims, claims: { aud: "another" } }),
      "token-use": await tokens.sign("id", { ...claimsOf(id), token_use: "refresh" }),
      "token-malformed": "not.a.token",
    };
    for (const [reason, token] of Object.entries(bad)) {
      expect([
        await ask("guest", bearer(token)),
        await ask("guest", [["X-Postern-Token", token]]),
        await askAsSdk([["X-Amz-Security-Token", token]]),
        await askAsSdk([["X-Postern-Token", token]]),
      ]).toEqual([reason, reason, reason, reason]);
    }
  });

  /** An SDK's signature chooses the upstream by its scope, and the whole path is AWS's. */
  const askAsSdk = async (lines: Lines): Promise<string | undefined> => {
    const own: Lines = [
      ["Host", "127.0.0.1"],
      ["Authorization", SIGNATURE],
    ];
    const { answers } = await exchange(
      stack.ports.listen,
      requestText(`GET /${BUCKET}/guest`, [...own, ...lines]),
    );
    return answers[0]?.headers.get("x-postern-reason");
  };

  it.each<readonly [what: string, reason: string, lines: Lines]>([
    ["an empty Bearer", "token-malformed", [["Authorization", "Bearer"]]],
    ["an empty Authorization", "token-malformed", [["Authorization", ""]]],
    ["another scheme", "token-malformed", [["Authorization", "Basic YTpi"]]],
    ["an empty X-Postern-Token", "token-malformed", [["X-Postern-Token", ""]]],
    ["an empty session token", "token-malformed", [["X-Amz-Security-Token", ""]]],
    ["an empty ID token", "two-tokens", [["X-Postern-Id-Token", ""]]],
    ["an ID token where only the second of a pair stands", "two-tokens", [["X-Postern-Id-Token", "a.b.c"]]],
  ])("%s", async (_what, reason, lines) => {
    expect(await ask("guest", lines)).toBe(reason);
  });

  it("an SDK's signature without a session token", async () => {
    expect(await askAsSdk([])).toBe("token-missing");
  });
});

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

describe("S1.3 all issuer forms and regions of a pool are one caller", () => {
  it("with one exchange, one identity and one role session", async () => {
    const { tokens } = stack.aws.identity;
    const request = {
      username: "analyst",
      clientId: "web",
      originJti: randomUUID(),
      claims: { sub: randomUUID() },
    };
    const forms = await Promise.all([
      tokens.issueIdToken(request),
      tokens.issueIdToken({ ...request, issuerForm: "updated" }),
      tokens.issueIdToken({ ...request, region: "eu-west-1" }),
      tokens.issueIdToken({ ...request, region: "eu-west-1", issuerForm: "updated" }),
    ]);
    expect(new Set(forms.map((token) => claimsOf(token)["iss"])).size).toBe(4);
    const before = countsOf(stack.aws);
    const identities = new Set<unknown>();
    for (const token of forms) {
      expect(await ask("chosen", bearer(token))).toBe("analyst");
      expect(await ask("assumed", bearer(token))).toBe("service");
      const headers = { authorization: `Bearer ${token}` };
      const told = await (await fetch(`${stack.url}/.postern/whoami`, { headers })).text();
      identities.add(/"identityId":"([^"]+)"/.exec(told)?.[1]);
    }
    expect([...identities]).toEqual([expect.stringMatching(/^us-east-1:/)]);
    const after = countsOf(stack.aws);
    for (const call of [
      "cognito-identity:GetId",
      "cognito-identity:GetCredentialsForIdentity",
      "sts:AssumeRole",
    ])
      expect([call, (after[call] ?? 0) - (before[call] ?? 0)]).toEqual([call, 1]);
  });

  it("but a region that is not configured is another's", async () => {
    const request = { username: "analyst", clientId: "web", region: "eu-west-2" };
    expect(await ask("chosen", bearer(await stack.aws.identity.tokens.issueIdToken(request)))).toBe(
      "token-issuer",
    );
  });
});

describe("S2.2 the wish for a role, X-Postern-Role", () => {
  const analyst = roleArn("analyst");
  let editor: Carried;
  beforeAll(async () => {
    editor = await carriedBy("editor");
  });

  it("is granted where the pool chooses and the token grants it, and then holds for that request alone", async () => {
    expect(await ask("chosen", editor.id)).toBe("editor");
    expect(await ask("chosen", [...editor.id, ...wish(analyst)])).toBe("analyst");
    expect(await ask("chosen", [...editor.id, ...wish(roleArn("editor"))])).toBe("editor");
    expect(await ask("chosen", editor.id)).toBe("editor");
  });

  it("is granted by the ID token of a pair, and by no access token", async () => {
    expect(await ask("chosen", [...editor.pair, ...wish(analyst)])).toBe("analyst");
    expect(await ask("chosen", [...editor.access, ...wish(analyst)])).toBe("role-not-granted");
  });

  it.each([
    ["a role that the token does not grant", roleArn("admin")],
    ["two roles that it grants", `${analyst},${roleArn("editor")}`],
    ["a role's name", "analyst"],
    ["a role in other letters", analyst.toUpperCase()],
    ["a pattern", roleArn("*")],
    ["the word pool", "pool"],
    ["nothing", ""],
  ])("is refused where it is %s", async (_what, role) => {
    expect(await ask("chosen", [...editor.id, ...wish(role)])).toBe("role-not-granted");
  });

  it("is refused where it stands twice", async () => {
    expect(await ask("chosen", [...editor.id, ...wish(analyst), ...wish(analyst)])).toBe("target-ambiguous");
  });

  it.each(["enhanced", "basic", "direct", "assumed"] as const)(
    "is refused where the rule names the role: %s",
    async (source) => {
      const { role } = SOURCES[source];
      const who = await carriedBy("analyst");
      for (const lines of Object.values(who) as Lines[])
        expect(await ask(source, [...lines, ...wish(role)])).toBe("role-not-granted");
    },
  );

  it("is refused to guests and machines, whatever the role", async () => {
    const machine = bearer(await machineToken({ "cognito:roles": [analyst] }));
    for (const role of [analyst, roleArn("guest"), roleArn("service")]) {
      expect(await ask("guest", wish(role))).toBe("role-not-granted");
      expect(await ask("chosen", [...machine, ...wish(role)])).toBe("role-not-granted");
    }
  });

  it("makes nothing of what is denied", async () => {
    expect(await ask("nothing", [...editor.id, ...wish(analyst)])).toBe("denied-no-rule");
    expect(await ask("locked", [...editor.id, ...wish(analyst)])).toBe("denied-by-rule");
  });
});

const CLIENTS = ["web", "kiosk"] as const;
const GROUPS = { few: ["analysts"], many: ["analysts", "editors"] } as const;
const TOKENS = ["id", "access", "pair"] as const;
type Client = (typeof CLIENTS)[number];
type Groups = keyof typeof GROUPS;

const roleClaims = { few: ["analyst"], many: ["editor", "analyst"] };
const claimsIn = (sub: string, groups: Groups) => ({
  sub,
  "cognito:groups": GROUPS[groups],
  "cognito:roles": roleClaims[groups].map(roleArn),
  "cognito:preferred_role": roleArn(roleClaims[groups][0]!),
});

type ByCell = Readonly<Record<Client, Readonly<Record<Groups, string>>>>;
const everywhere = (role: string): ByCell => ({
  web: { few: role, many: role },
  kiosk: { few: role, many: role },
});
const NO = "role-not-granted";

/** What is asked, and the role for each app client and set of groups where an ID token is there. */
const ASKS: readonly { key: Source; wish?: string; roles: ByCell }[] = [
  // The pool has a mapping by token for web, and by rules for kiosk.
  {
    key: "chosen",
    roles: { web: { few: "analyst", many: "editor" }, kiosk: { few: "member", many: "steward" } },
  },
  {
    key: "chosen",
    wish: "analyst",
    roles: { web: { few: "analyst", many: "analyst" }, kiosk: { few: NO, many: NO } },
  },
  {
    key: "chosen",
    wish: "editor",
    roles: { web: { few: NO, many: "editor" }, kiosk: { few: NO, many: NO } },
  },
  { key: "enhanced", roles: { web: { few: "analyst", many: "analyst" }, kiosk: { few: NO, many: NO } } },
  { key: "basic", roles: everywhere("analyst") },
  { key: "direct", roles: everywhere("federated") },
  { key: "assumed", roles: everywhere("service") },
];

/** By an access token alone: no roles to wish for, and nothing that an identity pool or an OIDC provider takes. */
const roleByAccess = ({ key, wish }: (typeof ASKS)[number]): string => {
  if (wish !== undefined) return NO;
  return key === "assumed" ? "service" : "id-token-required";
};

describe("S2.5 one person by many tokens, with room for three in each cache", () => {
  it.each([1, 2, 3])("gets the role that the table says, shuffled (%i)", async (seed) => {
    const sub = randomUUID();
    // A refresh keeps the sign-in, and brings new groups.
    const originJti = randomUUID();
    const cells = await Promise.all(
      CLIENTS.flatMap((client) =>
        (Object.keys(GROUPS) as Groups[]).map(async (groups) => {
          const claims = claimsIn(sub, groups);
          return { client, groups, carried: await carriedBy("analyst", { client, claims, originJti }) };
        }),
      ),
    );
    const requests = cells.flatMap(({ client, groups, carried }) =>
      TOKENS.flatMap((token) =>
        ASKS.map((asked) => ({
          title: `${client}, ${groups} groups, ${token}: ${asked.key} ${asked.wish ?? ""}`,
          key: asked.key,
          lines: [...carried[token], ...(asked.wish === undefined ? [] : wish(roleArn(asked.wish)))],
          role: token === "access" ? roleByAccess(asked) : asked.roles[client][groups],
        })),
      ),
    );
    const twice = shuffled([...requests, ...requests], seed);
    const wrong: string[] = [];
    const queue = twice.values();
    const worker = async (): Promise<void> => {
      for (const { title, key, lines, role } of queue) {
        const got = await ask(key, lines);
        if (got !== role) wrong.push(`${title}: ${got} instead of ${role}`);
      }
    };
    await Promise.all(Array.from({ length: 12 }, worker));
    expect([twice.length, wrong]).toEqual([168, []]);
  });
});

/** By a generator of Park and Miller, so that a failure can be had again. */
function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  let state = seed;
  const keyed = items.map((item) => {
    state = (state * 48_271) % 2_147_483_647;
    return [state, item] as const;
  });
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}

describe("S1.7 the scopes that a pool requires", () => {
  const BOTH = ["postern/orders.read", "postern/orders.write"];
  let strict: Stack;
  beforeAll(async () => {
    strict = await startStack({
      config: (yaml) =>
        withCallers(yaml).replace("requiredScopes: []", `requiredScopes: [${BOTH.join(", ")}]`),
      world: withKiosk,
    });
  });
  afterAll(() => strict.close());

  it.each<readonly [scope: unknown, admitted: boolean]>([
    [BOTH.join(" "), true],
    [["openid", ...BOTH.toReversed()].join(" "), true],
    [BOTH[0], false],
    [`${BOTH[0]} postern/orders.writer`, false],
    [`${BOTH[0]} POSTERN/ORDERS.WRITE`, false],
    [BOTH.join(","), false],
    ["aws.cognito.signin.user.admin", false],
    ["", false],
    [undefined, false],
  ])("%j: %j", async (scope, admitted) => {
    const { access, id } = await signIn("analyst", { claims: { scope } }, strict);
    const machine = await machineToken({ scope }, strict);
    const callers = {
      user: bearer(access),
      pair: [...bearer(access), ["X-Postern-Id-Token", id] as const],
      machine: bearer(machine),
    };
    for (const [who, lines] of Object.entries(callers))
      expect([who, await ask("assumed", lines, strict)]).toEqual([who, admitted ? "service" : "token-scope"]);
  });

  it("are asked of no ID token", async () => {
    expect(await ask("assumed", bearer((await signIn("analyst", {}, strict)).id), strict)).toBe("service");
  });

  it("are told in the way of RFC 6750 and in the words of the service", async () => {
    const { access } = await signIn("analyst", {}, strict);
    const headers = { authorization: `Bearer ${access}` };
    const answer = await fetch(`${strict.url}/s3/${BUCKET}/assumed`, { headers });
    expect([answer.status, answer.headers.get("x-postern-reason")]).toEqual([403, "token-scope"]);
    expect(answer.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="postern", error="insufficient_scope"/,
    );
    expect(await answer.text()).toContain("<Code>AccessDenied</Code>");
  });

  it("S1.2 all guests are one: they share an identity and its credentials", async () => {
    const asked = Array.from({ length: 6 }, () => ask("guest", [], strict));
    expect(await Promise.all(asked)).toEqual(asked.map(() => "guest"));
    expect(await ask("guest", [], strict)).toBe("guest");
    expect(countsOf(strict.aws)).toMatchObject({
      "cognito-identity:GetId": 1,
      "cognito-identity:GetCredentialsForIdentity": 1,
    });
  });
});
