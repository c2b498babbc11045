import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiAnswer, type ApiRequest, askApi, MANNERS } from "../support/api-client.ts";
import { type Arrivals, recordArrivals } from "../support/arrivals.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { until } from "../support/until.ts";

/** Everybody has a profile, and nobody may delete one. */
const withoutDeletion = (yaml: string): string =>
  yaml.replace(
    "\npolicy:\n  rules:\n",
    `$&    - name: profiles stay
      deny: [execute-api:Invoke]
      on: ["arn:aws:execute-api:*:*:profileapi/prod/DELETE/*"]
`,
  );

/** Calls by which credentials are got. */
const EXCHANGES = ["cognito-identity:GetId", "cognito-identity:GetCredentialsForIdentity", "sts:AssumeRole"];

describe.each(SCHEMES)("an API with a Cognito authorizer over %s", (scheme) => {
  let stack: ClientStack;
  let arrivals: Arrivals;
  let tokens: { readonly id: string; readonly access: string };

  beforeAll(async () => {
    stack = await startClientStack(scheme, { config: withoutDeletion });
    tokens = await stack.tokensOf("member");
    arrivals = recordArrivals();
  });
  beforeEach(() => {
    arrivals.forget();
    stack.aws.calls.reset();
  });
  afterAll(async () => {
    arrivals.stop();
    await stack.close();
  });

  const atAws = () => arrivals.at(stack.aws.port);
  const exchanges = () => EXCHANGES.filter((call) => stack.aws.calls.of(call) > 0);

  describe.each(MANNERS)("asked with %s", (manner) => {
    const ask = (request: ApiRequest, token = tokens.access): Promise<ApiAnswer> =>
      askApi(stack, request, { token, manner });

    it("gets the caller's access token, and no credentials are got for it", async () => {
      const before = stack.outcomes.length;
      const body = Buffer.from('{"name":"M"}');
      const type = ["content-type", "application/json"] as const;
      const { status, told } = await ask({
        method: "PUT",
        target: "/profiles/me?full=1",
        headers: [type],
        body,
      });
      expect(status).toBe(200);
      const { sub, jti } = decodeJwt(tokens.access);
      expect(told).toMatchObject({
        api: "profiles",
        path: "/me",
        query: { full: ["1"] },
        identity: { claims: { sub, jti, token_use: "access" } },
      });
      expect(Buffer.from(told.body ?? "", "base64").equals(body)).toBe(true);
      expect(exchanges()).toEqual([]);
      const [only, ...others] = atAws();
      expect(others).toEqual([]);
      // Where a token is, there is no signature, nor what an SDK brought of its own.
      const { headers } = only!;
      expect(headers.get("authorization")).toBe(`Bearer ${tokens.access}`);
      expect([...headers.entries()].filter(([name]) => name.startsWith("x-amz-"))).toEqual([]);
      await until(() => stack.outcomes.length > before);
      expect(stack.outcomes.slice(before)).toMatchObject([
        {
          upstream: "profiles",
          operation: "Invoke",
          requirements: [{ resource: "arn:aws:execute-api:us-east-1:123456789012:profileapi/prod/PUT/me" }],
          rule: "everyone has a profile",
          assumedRole: undefined,
          outcome: "ok",
        },
      ]);
    });

    it("never gets an ID token", async () => {
      const { status, headers, body } = await ask({ target: "/profiles/me" }, tokens.id);
      expect([status, headers["x-postern-reason"]]).toEqual([401, "token-use"]);
      expect(headers).toMatchObject({ "x-amzn-errortype": "UnauthorizedException" });
      expect(JSON.parse(body.toString())).toEqual({ message: "This kind of token is not accepted here." });
      expect(atAws()).toEqual([]);
    });

    it("gets the access token alone of two tokens", async () => {
      const headers = [["x-postern-id-token", tokens.id]] as const;
      const { status, told } = await ask({ target: "/profiles/me", headers });
      expect(status).toBe(200);
      expect(JSON.stringify([...atAws()[0]!.headers.entries()])).not.toContain(tokens.id.split(".")[1]);
      expect(told.identity).toMatchObject({ claims: { token_use: "access" } });
    });

    it("is asked only where a rule allows it", async () => {
      const { status, headers } = await ask({ method: "DELETE", target: "/profiles/me" });
      expect([status, headers["x-postern-reason"]]).toEqual([403, "denied-by-rule"]);
      expect(atAws()).toEqual([]);
    });

    it("shows what it was asked to who asked on purpose", async () => {
      const { status, body } = await ask({ target: "/profiles/token-back" });
      expect([status, body.toString().includes(tokens.access)]).toEqual([200, true]);
    });
  });

  it("says itself what it thinks of a token that Postern takes", async () => {
    const scopes = ["profiles/write"];
    const strict = await startClientStack(scheme, {
      world: ({ apis = [], ...world }) => ({
        ...world,
        apis: apis.map((api) => (api.id === "profileapi" ? { ...api, scopes } : api)),
      }),
    });
    const { access: token } = await strict.tokensOf("member");
    const { status, headers } = await askApi(
      strict,
      { target: "/profiles/me" },
      { token, manner: "a token" },
    );
    await strict.close();
    expect([status, headers["x-amzn-errortype"], headers["x-postern-reason"]]).toEqual([
      403,
      "ForbiddenException",
      undefined,
    ]);
  });

  it("refuses two tokens, one of which could stand for the other", async () => {
    const { status, headers } = await askApi(
      stack,
      { target: "/profiles/me", headers: [["x-postern-token", tokens.access]] },
      { token: tokens.access, manner: "a token" },
    );
    expect([status, headers["x-postern-reason"]]).toEqual([401, "two-tokens"]);
    expect(atAws()).toEqual([]);
  });

  it("says nothing of the token anywhere else", async () => {
    await askApi(stack, { target: "/profiles/me" }, { token: tokens.access, manner: "a token" });
    await askApi(stack, { target: "/s3/reports/q3.txt" }, { token: tokens.access, manner: "a token" });
    const [, payload = ""] = tokens.access.split(".");
    expect(stack.logged()).not.toContain(payload);
    const elsewhere = atAws().filter(({ target }) => !target.startsWith("/prod/"));
    expect(JSON.stringify(elsewhere.map(({ headers }) => [...headers.entries()]))).not.toContain(payload);
  });
});
