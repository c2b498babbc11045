import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { parseWorld } from "../../src/local/parse-world.ts";

const PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL";

type Document = Record<string, never>;

/** The world of `postern dev`, changed before it is read. */
const shipped = parse(
  readFileSync(new URL("../../config/local-world.yaml", import.meta.url), "utf8"),
) as Document;

function worldWith(change: (document: Document) => void): () => unknown {
  const document = structuredClone(shipped);
  change(document);
  return () => parseWorld(document);
}

/** Sets a member by its path: `set("userPool.users.0.sub", "x")`. */
function set(path: string, value: unknown): (document: Document) => void {
  return (document) => {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let at: Record<string, unknown> = document;
    for (const key of keys) at = at[key] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  };
}

describe("parseWorld", () => {
  it("takes the world that ships", () => {
    const world = worldWith(() => undefined)() as ReturnType<typeof parseWorld>;
    expect(world.userPool.users.map((user) => user.username)).toEqual([
      "admin",
      "analyst",
      "editor",
      "member",
    ]);
    expect(world.identityPools).toHaveLength(2);
    expect(world.buckets["reports"]?.objects["q3.txt"]).toContain("Third quarter");
  });

  it("takes an empty object in a bucket", () => {
    expect(worldWith(set("buckets.public", { "empty.txt": "" }))).not.toThrow();
  });

  it("takes a bucket as its objects alone, or with a region", () => {
    const world = worldWith((document) => {
      set("buckets", { short: { region: "text" }, long: { region: "eu-west-1", objects: { a: "b" } } })(
        document,
      );
      set("accessPoints", [{ name: "point", bucket: "long" }])(document);
    })() as ReturnType<typeof parseWorld>;
    expect(world.buckets["short"]).toEqual({ objects: { region: "text" } });
    expect(world.buckets["long"]).toEqual({ region: "eu-west-1", objects: { a: "b" } });
    expect(world.accessPoints).toEqual([{ name: "point", bucket: "long" }]);
  });

  it("refuses what is no mapping", () => {
    expect(() => parseWorld([])).toThrow("the document must be a mapping");
    expect(() => parseWorld(undefined)).toThrow("the document must be a mapping");
  });

  it("names every problem at once", () => {
    const broken = worldWith((document) => {
      set("account", 123456789012)(document);
      set("userPool.clients.0.flows", ["implicit"])(document);
      set("roles.0.trust", "everybody")(document);
    });
    expect(broken).toThrow("account must be twelve digits");
    expect(broken).toThrow("userPool.clients[0].flows[0] must be one of code, password");
    expect(broken).toThrow("roles[0].trust must be a mapping");
  });

  it.each([
    ["regoin", "x", "regoin is not known here; known: account, region"],
    ["region", undefined, "region is missing"],
    ["region", "eu-west-1", "userPool.id must begin with the region eu-west-1"],
    ["userPool.id", "local_abc", "userPool.id must be a pool id"],
    [
      "userPool.clients.0.redirectUris",
      undefined,
      "userPool.clients[0] has the flow code but no redirectUris",
    ],
    [
      "userPool.clients.0.redirectUris",
      ["/callback"],
      'userPool.clients[0]: "/callback" is not an absolute URI',
    ],
    [
      "userPool.clients.1.secret",
      undefined,
      "userPool.clients[1] has the flow client_credentials but no secret",
    ],
    ["userPool.clients.1.scopes", [], "userPool.clients[1] has the flow client_credentials but no scopes"],
    ["userPool.users.0.groups", ["nobody"], 'userPool.users[0].groups: there is no group "nobody"'],
    ["userPool.users.1.username", "admin", 'userPool.users has "admin" twice'],
    ["userPool.users.0.attributes", { age: 7 }, 'userPool.users[0].attributes["age"] must be a text'],
    ["userPool.groups.0.role", "admin", "userPool.groups[0].role must be a role ARN"],
    [
      "userPool.groups.0.role",
      "arn:aws:iam::123456789012:role/x",
      "userPool.groups[0].role: there is no role",
    ],
    ["userPool.groups.0.precedence", -1, "userPool.groups[0].precedence must be a whole number"],
    ["identityPools.0.clientIds", ["x"], 'identityPools[0].clientIds: there is no app client "x"'],
    ["identityPools.0.allowClassicFlow", "no", "identityPools[0].allowClassicFlow must be true or false"],
    ["identityPools.0.principalTags", tags(51), "identityPools[0].principalTags has more than 50 tags"],
    [
      "identityPools.0.roleMappings",
      { x: token() },
      'identityPools[0].roleMappings["x"] must be cognito-idp.',
    ],
    ["identityPools.0.roleMappings", web({ ...token(), rules: [] }), "is of type Token and takes no rules"],
    ["identityPools.0.roleMappings", web({ ...token(), type: "Rules" }), "is of type Rules and needs rules"],
    ["identityPools.0.roleMappings", web(rules(26)), "has more than 25 rules"],
    [
      "identityPools.0.roleMappings",
      web(rules(1, { value: "v".repeat(129) })),
      "a text of 1 to 128 characters",
    ],
    [
      "identityPools.0.openIdProviders",
      [{ provider: "https://a.example", clientIds: [] }],
      "identityPools[0].openIdProviders[0].provider must be a URL without scheme",
    ],
    [
      "identityPools.0.openIdProviders",
      [openId(), openId()],
      'identityPools[0].openIdProviders has "a.example" twice',
    ],
    [
      "identityPools.0.openIdProviders",
      [{ ...openId(), principalTags: tags(51) }],
      "identityPools[0].openIdProviders[0].principalTags has more than 50 tags",
    ],
    ["identityPools.0.serverSideTokenCheck", "yes", "serverSideTokenCheck must be true or false"],
    ["iamUsers.1", { ...sidecar(), accessKeyId: "AKIALOCALSIDECAR3333" }, 'iamUsers has "sidecar" twice'],
    ["iamUsers.1", { ...sidecar(), name: "other" }, 'iamUsers has "AKIALOCALSIDECAR2222" twice'],
    ["oidcProviders.1", { url: PROVIDER, clientIds: ["web"] }, `oidcProviders has "${PROVIDER}" twice`],
    ["buckets.public", { region: "x", objects: {} }, 'buckets["public"].region must be a region'],
    ["accessPoints", [{ name: "point", bucket: "none" }], 'accessPoints: "point" is of "none"'],
    ["apis.0.id", "Orders", "apis[0].id must be lower-case letters and digits"],
    ["apis.0.stages", [], "apis[0] has no stages"],
    ["apis.0.stages", ["a b"], "apis[0].stages[0] must be a stage"],
    ["apis.0.authorizer", "none", "apis[0].authorizer must be one of iam, cognito"],
    ["apis.0.scopes", ["openid"], "apis[0] has scopes, and its authorizer is iam"],
    ["apis.1.scopes", ["x/y"], 'apis[1].scopes: no app client has "x/y"'],
    ["apis.0.routes", ["/orders"], "apis[0].routes[0] must be a route"],
    ["apis.0.connections", ["x"], "apis[0] has connections, and no websocket: true"],
    ["apis.1.id", "ordersapi1", 'apis has "ordersapi1" twice'],
    [
      "domains",
      { "a.example": [{ api: "ordersapi1", stage: "none" }] },
      'domains["a.example"]: there is no API "ordersapi1" with a stage "none"',
    ],
    ["domains", { "a.example": [ordersApi(), ordersApi()] }, 'domains["a.example"] has "" twice'],
    ["domains", { "a.example": [{ ...ordersApi(), basePath: "/v1" }] }, "must be a base path"],
    ["functions.1", { name: "resize" }, 'functions has "resize" twice'],
    ["functions.1", { name: "other", urlId: "resizeurl1" }, 'functions has "resizeurl1" twice'],
    ["queues", ["a", "a"], 'queues has "a" twice'],
    ["topics", ["a b"], "topics[0] must be a name"],
    ["iotPolicies.1.name", "postern-things", 'iotPolicies has "postern-things" twice'],
    ["iotPolicies.1.name", "a b", "iotPolicies[1].name must be a policy name"],
    ["iotPolicies.1.document", [], "iotPolicies[1].document must be a mapping"],
    ["iotPolicies.1.attachedTo", ["nobody"], 'iotPolicies[1].attachedTo: there is no user "nobody"'],
    ["tables.0.stream", "EVERYTHING", "tables[0].stream must be one of KEYS_ONLY"],
    ["tables.0.items.0", { orderId: "1" }, "tables[0].items[0] has no key customerId"],
  ])("refuses %s = %j", (path, value, message) => {
    expect(worldWith(set(path, value))).toThrow(message);
  });

  it("takes role mappings of other providers: by ARN or by a name that AWS knows, and by rules only", () => {
    expect(withMapping(arnOf("a.example"), rules(1))).not.toThrow();
    expect(withMapping("accounts.google.com", rules(1))).not.toThrow();
    for (const key of ["a.example", arnOf("accounts.google.com"), arnOf("b.example")]) {
      expect(withMapping(key, rules(1))).toThrow(
        `must be ${PROVIDER}:<one of clientIds> or ${arnOf("a.example")}`,
      );
    }
    expect(withMapping(arnOf("a.example"), token())).toThrow("of type Token, which is for user pools only");
  });

  it("takes standard scopes, and worlds without APIs and queues", () => {
    expect(
      worldWith(set("apis.1.scopes", ["aws.cognito.signin.user.admin", "postern/orders.read"])),
    ).not.toThrow();
    const bare = worldWith((document) => {
      for (const part of ["apis", "domains", "functions", "queues", "topics", "stateMachines", "streams"])
        set(part, undefined)(document);
    });
    expect(bare).not.toThrow();
  });

  it("takes 25 rules and 50 tags", () => {
    expect(worldWith(set("identityPools.0.roleMappings", web(rules(25))))).not.toThrow();
    expect(worldWith(set("identityPools.0.principalTags", tags(50)))).not.toThrow();
  });
});

/** The world with two more providers and one mapping. */
function withMapping(key: string, mapping: unknown): () => unknown {
  return worldWith((document) => {
    const google = { ...openId(), provider: "accounts.google.com" };
    set("identityPools.0.openIdProviders", [openId(), google])(document);
    set("identityPools.0.roleMappings", { [key]: mapping })(document);
  });
}

function arnOf(provider: string): string {
  return `arn:aws:iam::123456789012:oidc-provider/${provider}`;
}

function ordersApi(): Record<string, unknown> {
  return { api: "ordersapi1", stage: "prod" };
}

function openId(): Record<string, unknown> {
  return { provider: "a.example", clientIds: ["app"] };
}

function sidecar(): Record<string, unknown> {
  return { name: "sidecar", accessKeyId: "AKIALOCALSIDECAR2222", secretAccessKey: "x", policies: [] };
}

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "sub"]));
}

function token(): Record<string, unknown> {
  return { type: "Token", ambiguousRoleResolution: "Deny" };
}

function rules(count: number, change: object = {}): Record<string, unknown> {
  const rule = { claim: "sub", matchType: "Equals", value: "x", ...change };
  const all = Array.from({ length: count }, () => ({
    ...rule,
    roleArn: "arn:aws:iam::123456789012:role/admin",
  }));
  return { type: "Rules", ambiguousRoleResolution: "Deny", rules: all };
}

function web(mapping: unknown): Record<string, unknown> {
  return { [`${PROVIDER}:web`]: mapping };
}
