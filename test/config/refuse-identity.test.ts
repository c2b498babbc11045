import { describe, expect, it } from "vitest";
import { ALLOW, configOf, STAFF, told } from "./reading.ts";

describe("user pools", () => {
  const issuers = { ...ALLOW, who: { issuers: ["staff"] } };

  it("S1.3 have a name each, and stand there once", () => {
    const userPools = [STAFF, { ...STAFF, id: "us-east-1_Xyz" }, { ...STAFF, name: "other" }];
    expect(told({ identity: { userPools }, policy: { rules: [{ name: "all", ...issuers }] } })).toEqual([
      'identity.userPools.1.name: another user pool is named "staff" too',
      "identity.userPools.2.id: this user pool stands here already",
    ]);
  });

  it("S1.3 more than one make every allow name its issuers", () => {
    const userPools = [STAFF, { ...STAFF, name: "other", id: "us-east-1_Xyz" }];
    expect(told({ identity: { userPools } })).toEqual([
      "policy.rules.0.who.issuers: with more than one user pool or issuer an allow names its issuers",
    ]);
  });

  it("are not missed by rules while one of them has no name that can be read", () => {
    const { name: _, ...nameless } = { ...STAFF, id: "us-east-1_Xyz" };
    const rules = [{ name: "all", ...ALLOW, who: { issuers: ["partners"] } }];
    expect(told({ identity: { userPools: [STAFF, nameless] }, policy: { rules } })).toEqual([
      "identity.userPools.1.name: it is required",
    ]);
  });

  it.each(["eu-central-2_AbC", "us-gov-west-1_AbC", "eusc-de-east-1_AbC", "cn-north-1_AbC"])(
    "may be %s",
    (id) => {
      expect(told({ identity: { userPools: [{ ...STAFF, id }] } })).toEqual([]);
    },
  );
});

/** What is told of the only user pool. */
function toldOfPool(changes: object): readonly string[] {
  return told({ identity: { userPools: [{ ...STAFF, ...changes }] } });
}

describe("S1.7 H17 kinds of token", () => {
  it("are said", () => {
    const { tokenUse: _, ...silent } = STAFF;
    for (const userPools of [[silent], [{ ...STAFF, tokenUse: [] }]])
      expect(told({ identity: { userPools } })).toEqual([
        "identity.userPools.0.tokenUse: it is required: [id], [access] or both",
      ]);
  });

  it("are id and access, each once", () => {
    expect(toldOfPool({ tokenUse: ["refresh"] })).toEqual([
      "identity.userPools.0.tokenUse.0: it must be one of id, access",
    ]);
    expect(toldOfPool({ tokenUse: ["id", "id"] })).toEqual([
      "identity.userPools.0.tokenUse.1: id stands here already",
    ]);
  });

  it.each([[["access"]], [["id", "access"]]])(
    "%j make requiredScopes required; [] asks for none",
    (tokenUse) => {
      expect(toldOfPool({ tokenUse })).toEqual([
        "identity.userPools.0.requiredScopes: with access in tokenUse it is required: the scopes that an access token must hold, or [] for none",
      ]);
      expect(toldOfPool({ tokenUse, requiredScopes: [] })).toEqual([]);
      expect(
        toldOfPool({ tokenUse, requiredScopes: ["orders/read"], resources: ["https://a.test"] }),
      ).toEqual([]);
    },
  );

  it("are told of scopes that are missed beside any other mistake, but not of a misspelling twice", () => {
    expect(toldOfPool({ tokenUse: ["access"], name: "No Name" })).toHaveLength(2);
    expect(toldOfPool({ tokenUse: ["access"], requiredScope: [] })).toEqual([
      "identity.userPools.0.requiredScope: unknown key; did you mean requiredScopes?",
    ]);
  });

  it.each(["requiredScopes", "resources"])("without access leave %s no meaning", (member) => {
    expect(toldOfPool({ tokenUse: ["id"], [member]: [] })).toEqual([
      `identity.userPools.0.${member}: only access tokens have it; put access in tokenUse, or leave it out`,
    ]);
  });

  it.each(["", "a b", 'a"b', "a\\b", "ä"])("have scopes that a token can hold: not %j", (scope) => {
    expect(toldOfPool({ tokenUse: ["access"], requiredScopes: [scope] })).toEqual([
      "identity.userPools.0.requiredScopes.0: a scope is one word, as orders/read (RFC 6749 section 3.3)",
    ]);
  });
});

describe("app clients", () => {
  it("are a list that is not empty, or the word any", () => {
    expect(toldOfPool({ clientIds: "any" })).toEqual([]);
    expect(toldOfPool({ clientIds: [] })).toHaveLength(1);
    for (const clientIds of ["Any", "*", "web", 7, {}, true])
      expect(toldOfPool({ clientIds })).toEqual([
        "identity.userPools.0.clientIds: it must be a list of app clients, or the word any",
      ]);
  });

  it("are none of them called any, which would not be what it seems", () => {
    expect(toldOfPool({ clientIds: ["web", "any"] })).toEqual([
      "identity.userPools.0.clientIds: any stands alone: clientIds: any",
    ]);
  });
});

describe("other settings of a user pool", () => {
  it("further regions are others than its own", () => {
    expect(toldOfPool({ regions: ["us-west-2", "eu-west-1"] })).toEqual([]);
    expect(toldOfPool({ regions: ["us-west-2", "us-east-1"] })).toEqual([
      "identity.userPools.0.regions.1: the pool's own region needs no mention",
    ]);
    expect(toldOfPool({ regions: ["Europe"] })).toHaveLength(1);
  });

  it("a login provider is a key of Logins, and no URL", () => {
    for (const loginProvider of [
      "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC",
      "login.example.com:8443/a",
    ])
      expect(toldOfPool({ loginProvider })).toEqual([]);
    for (const loginProvider of ["https://login.example.com", "a b", "", "x".repeat(129)])
      expect(toldOfPool({ loginProvider })).toHaveLength(1);
  });
});

/** What is told of issuers without any user pool. */
function toldOfIssuers(...issuers: readonly object[]): readonly string[] {
  return told({ identity: { issuers } });
}

describe("S1.3 other issuers", () => {
  const google = {
    name: "google",
    issuer: "https://accounts.google.com",
    audience: "123.apps.test",
    jwksUri: "https://www.googleapis.com/oauth2/v3/certs",
  };

  it("stand alone as well as beside user pools, and have their defaults filled in", () => {
    expect(configOf({ identity: { issuers: [google] } }).identity.issuers).toEqual([
      { ...google, audience: ["123.apps.test"], loginKey: "accounts.google.com", algorithms: ["RS256"] },
    ]);
  });

  it("have a login key of their own where it is not their address", () => {
    const issuers = [
      { ...google, loginKey: "login.example.com", audience: ["a", "b"], algorithms: ["ES256"] },
    ];
    expect(configOf({ identity: { issuers } }).identity.issuers).toMatchObject(issuers);
  });

  it("say where their keys come from, once", () => {
    const { jwksUri: _, ...keyless } = google;
    expect(toldOfIssuers(keyless)).toEqual([
      "identity.issuers.0: its keys come from somewhere: it needs jwksUri or jwksFile",
    ]);
    expect(toldOfIssuers({ ...google, jwksFile: "/gone" })).toContain(
      "identity.issuers.0: its keys come from one place: it has either jwksUri or jwksFile",
    );
  });

  it.each(["none", "HS256", "PS256", "EdDSA", "rs256"])("L8 never sign with %s", (algorithm) => {
    expect(toldOfIssuers({ ...google, algorithms: [algorithm] })).toEqual([
      "identity.issuers.0.algorithms.0: it must be one of RS256, RS384, RS512, ES256, ES384, ES512",
    ]);
  });

  it("say for whom their tokens are", () => {
    const { audience: _, ...audienceless } = google;
    expect(toldOfIssuers(audienceless)).toEqual(["identity.issuers.0.audience: it is required"]);
    for (const audience of ["", [], [""]]) expect(toldOfIssuers({ ...google, audience })).toHaveLength(1);
  });

  it("have names that no user pool and no other issuer has, and stand there once", () => {
    const { issuer: _, ...nowhere } = google;
    const issuers = [google, { ...nowhere, issuer: "https://other.test" }, { ...google, name: "staff" }];
    const rules = [{ name: "all", ...ALLOW, who: { issuers: ["staff"] } }];
    expect(told({ identity: { userPools: [STAFF], issuers }, policy: { rules } })).toEqual([
      'identity.issuers.1.name: another issuer is named "google" too',
      'identity.issuers.2.name: another user pool is named "staff" too',
      "identity.issuers.2.issuer: this issuer stands here already",
    ]);
  });

  const usual = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC";

  it.each<readonly [what: string, pool: object, issuer: object, said: string]>([
    ["of another issuer", {}, { loginKey: "login.test" }, '"login.test" is the login key of first'],
    ["that a user pool has by itself", {}, { loginKey: usual }, `"${usual}" is the login key of staff`],
    [
      "that a user pool was given",
      { loginProvider: "accounts.google.com" },
      {},
      '"accounts.google.com" is the login key of staff',
    ],
  ])("S2.5 have no login key %s: identity ids are kept by it", (_what, pool, issuer, said) => {
    const first = { ...google, name: "first", issuer: "https://login.test" };
    const issuers = [first, { ...google, ...issuer }];
    const rules = [{ name: "all", ...ALLOW, who: { issuers: ["staff"] } }];
    const identity = { userPools: [{ ...STAFF, ...pool }], issuers };
    expect(told({ identity, policy: { rules } })).toEqual([`identity.issuers.1.loginKey: ${said} already`]);
  });

  it("make every allow name its issuers, together with a user pool", () => {
    expect(told({ identity: { userPools: [STAFF], issuers: [google] } })).toEqual([
      "policy.rules.0.who.issuers: with more than one user pool or issuer an allow names its issuers",
    ]);
    for (const name of ["staff", "google"]) {
      const rules = [{ name: "all", ...ALLOW, who: { issuers: [name] } }];
      expect(told({ identity: { userPools: [STAFF], issuers: [google] }, policy: { rules } })).toEqual([]);
    }
  });
});

describe("whoever may call", () => {
  const guests = { identity: { guests: "allow" } };
  const rules = [{ name: "public", ...ALLOW, who: { guest: true } }];

  it("is somebody", () => {
    for (const identity of [{}, { userPools: [] }, { userPools: [], issuers: [], guests: "deny" }])
      expect(told({ identity })).toContain(
        "identity.userPools: nobody could call: it takes a user pool, an issuer, or guests: allow",
      );
    expect(told({ identity: { userPool: [STAFF] } })).toEqual([
      "identity.userPool: unknown key; did you mean userPools?",
    ]);
  });

  it("may be guests alone", () => {
    expect(told({ ...guests, policy: { rules } })).toEqual([]);
  });

  it("is not looked for where the section is none", () => {
    expect(told({ identity: [] })).toEqual(["identity: it must be a map of keys"]);
    expect(told({ identity: undefined })).toEqual(["identity: it is required"]);
  });
});

describe("the cookie", () => {
  const cookie = { name: "session", origins: ["https://app.example.com"] };
  const toldOf = (changes: object): readonly string[] =>
    told({ identity: { userPools: [STAFF], cookie: { ...cookie, ...changes } } });

  it("has a name as RFC 6265 takes it", () => {
    for (const name of ["session", "__Host-id", "a.b_c!", "x".repeat(64)])
      expect(toldOf({ name })).toEqual([]);
    for (const name of ["", "a b", "a=b", "a;b", "a,b", '"a"', "a\n", "ä", "x".repeat(65)])
      expect(toldOf({ name })).toEqual([
        "identity.cookie.name: a cookie's name is of letters, digits and -_ (RFC 6265)",
      ]);
  });

  it("S6.4 H13 has origins, each of them written out and once", () => {
    expect(toldOf({ origins: [] })).toHaveLength(1);
    expect(toldOf({ origins: ["*"] })).toEqual([
      "identity.cookie.origins.0: an origin is one site; * and null are everybody's",
    ]);
    expect(toldOf({ origins: ["https://a.test", "https://A.test", "https://a.test"] })).toEqual([
      "identity.cookie.origins.1: a browser writes this origin as https://a.test",
      "identity.cookie.origins.2: https://a.test stands here already",
    ]);
    expect(told({ identity: { userPools: [STAFF], cookie: { name: "session" } } })).toEqual([
      "identity.cookie.origins: it is required",
    ]);
  });
});

describe("jwksRefresh", () => {
  it("is an hour where nothing is said, and at least a second", () => {
    expect(configOf({}).identity.jwksRefresh).toBe(3_600_000);
    expect(told({ identity: { userPools: [STAFF], jwksRefresh: "1s" } })).toEqual([]);
    expect(told({ identity: { userPools: [STAFF], jwksRefresh: "999ms" } })).toEqual([
      "identity.jwksRefresh: it is at least 1s",
    ]);
  });
});
