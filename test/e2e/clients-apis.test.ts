import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiAnswer, type ApiRequest, askApi, MANNERS } from "../support/api-client.ts";
import { type Arrivals, recordArrivals } from "../support/arrivals.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { until } from "../support/until.ts";

const API = "arn:aws:execute-api:us-east-1:123456789012:ordersapi1/prod";
const BYTES = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256));
const HOST = "ordersapi1.execute-api.us-east-1.amazonaws.com";

const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

describe.each(SCHEMES)("an API with a signature over %s", (scheme) => {
  let stack: ClientStack;
  let arrivals: Arrivals;

  beforeAll(async () => {
    stack = await startClientStack(scheme);
    arrivals = recordArrivals();
  });
  beforeEach(() => arrivals.forget());
  afterAll(async () => {
    arrivals.stop();
    await stack.close();
  });

  /** What came to the stand-in's API Gateway of the last request. */
  const arrived = () =>
    arrivals
      .at(stack.aws.port)
      .filter(({ target }) => target.startsWith("/prod"))
      .at(-1);

  describe.each(MANNERS)("asked with %s", (manner) => {
    async function ask(request: ApiRequest, user = "admin"): Promise<ApiAnswer> {
      return await askApi(stack, request, { token: await stack.tokenOf(user), manner });
    }

    it("is classified, decided, and done where a rule allows it", async () => {
      const before = stack.outcomes.length;
      const times = stack.aws.calls.of("execute-api:Invoke");
      const { status, told } = await ask({ target: "/orders/orders/17?full=1" }, "analyst");
      expect(status).toBe(200);
      expect(told).toMatchObject({
        api: "orders",
        method: "GET",
        path: "/orders/17",
        query: { full: ["1"] },
      });
      expect(stack.aws.calls.of("execute-api:Invoke")).toBe(times + 1);
      await until(() => stack.outcomes.length > before);
      expect(stack.outcomes.slice(before)).toMatchObject([
        {
          upstream: "orders",
          service: "execute-api",
          operation: "Invoke",
          requirements: [{ action: "execute-api:Invoke", resource: `${API}/GET/orders/17` }],
          verdict: "permit",
          rule: "analysts start work",
          outcome: "ok",
        },
      ]);
    });

    it.each<readonly [what: string, request: ApiRequest]>([
      ["another method", { target: "/orders/orders/17", method: "DELETE" }],
      ["another path", { target: "/orders/customers" }],
      ["the root", { target: "/orders" }],
    ])("is refused in API Gateway's words where no rule allows %s", async (_, request) => {
      const { status, headers, body } = await ask(request, "analyst");
      expect({ status, headers }).toMatchObject({
        status: 403,
        headers: {
          "x-amzn-errortype": "AccessDeniedException",
          "x-postern-reason": "denied-no-rule",
          "content-type": "application/json",
        },
      });
      expect(JSON.parse(body.toString())).toEqual({ message: "No rule allows this operation." });
      expect(arrived()).toBeUndefined();
    });

    it.each([
      ["a space", "/orders/a%20b/c", "/a%20b/c"],
      ["letters beyond ASCII", "/orders/gr%C3%BC%C3%9Fe/%F0%9F%94%92", "/gr%C3%BC%C3%9Fe/%F0%9F%94%92"],
      ["a plus", "/orders/a+b", "/a+b"],
      ["what a path may have raw", "/orders/a!$&'()*,=:@~-._b", "/a!$&'()*,=:@~-._b"],
      ["a slash at the end", "/orders/a/", "/a/"],
      ["nothing but the API's own path", "/orders", "/"],
    ])("passes on a path with %s", async (_, target, path) => {
      const { status, told } = await ask({ target });
      expect({ status, path: told.path }).toEqual({ status: 200, path });
      expect(arrived()?.target).toBe(`/prod${path}`);
    });

    it.each([
      ["an escaped slash", "/orders/a%2Fb"],
      ["an escaped backslash", "/orders/a%5Cb"],
      ["an escaped percent sign", "/orders/a%252Fb"],
      ["an escaped letter", "/orders/%61dmin"],
      ["an empty segment", "/orders//admin"],
      ["a parameter", "/orders/a;b=c/d"],
    ])("refuses %s in a path", async (_, target) => {
      const { status, headers } = await ask({ target });
      expect([status, headers["x-postern-reason"]]).toEqual([400, "target-ambiguous"]);
      expect(arrived()).toBeUndefined();
    });

    it("passes on a query with names that stand twice, empty values and signs", async () => {
      const { status, told } = await ask({
        target: "/orders/q?b=2&a=x+y&b=1&c=%2B%26%3D&d=&gr%C3%BC%C3%9Fe=%F0%9F%94%92&%20=%25",
      });
      expect(status).toBe(200);
      expect(told.query).toEqual({
        " ": ["%"],
        a: ["x y"],
        b: ["2", "1"],
        c: ["+&="],
        d: [""],
        "gr\u00fc\u00dfe": ["\u{1f512}"],
      });
    });

    const JSON_TYPE = ["content-type", "application/json; charset=utf-8"] as const;
    it.each<readonly [what: string, request: Omit<ApiRequest, "target">]>([
      ["JSON", { method: "POST", headers: [JSON_TYPE], body: Buffer.from('{"a":"\u00fc"}') }],
      ["any bytes", { method: "PUT", headers: [["content-type", "application/octet-stream"]], body: BYTES }],
      [
        "bytes in gzip",
        {
          method: "POST",
          headers: [JSON_TYPE, ["content-encoding", "gzip"]],
          body: gzipSync(BYTES),
        },
      ],
      ["bytes by HTTP's chunks", { method: "POST", headers: [JSON_TYPE], body: BYTES, isChunked: true }],
      ["a patch", { method: "PATCH", headers: [JSON_TYPE], body: Buffer.from("[]") }],
      ["a deletion with a body", { method: "DELETE", headers: [JSON_TYPE], body: Buffer.from("{}") }],
      ["an empty body", { method: "POST", body: Buffer.alloc(0) }],
      ["no body", { method: "POST" }],
      ["nothing by HTTP's chunks", { method: "POST", body: Buffer.alloc(0), isChunked: true }],
      [
        "a form that looks like AWS's",
        {
          method: "POST",
          headers: [["content-type", "application/x-www-form-urlencoded"]],
          body: Buffer.from("Action=DeleteAll&Version=1"),
        },
      ],
    ])("passes on %s", async (_, request) => {
      const { status, told } = await ask({ target: "/orders/orders", ...request });
      expect({ status, method: told.method }).toEqual({ status: 200, method: request.method });
      expect(digest(Buffer.from(told.body ?? "", "base64"))).toBe(digest(request.body ?? Buffer.alloc(0)));
      for (const [name, value] of request.headers ?? [])
        expect(told.headers).toMatchObject({ [name]: value });
      expect(told.headers).not.toHaveProperty("transfer-encoding");
    });

    it("passes on the preflight of an application that answers CORS itself", async () => {
      const headers = [
        ["origin", "https://app.example.com"],
        ["access-control-request-method", "PUT"],
      ] as const;
      const { status, told } = await ask({ method: "OPTIONS", target: "/orders/orders", headers });
      expect([status, told.method]).toEqual([200, "OPTIONS"]);
      expect(told.headers).toMatchObject({ origin: "https://app.example.com" });
    });

    it("answers HEAD with the head alone", async () => {
      const { status, headers, body } = await ask({ method: "HEAD", target: "/orders/orders" });
      expect([status, headers["content-type"], body.length]).toEqual([200, "application/json", 0]);
      expect(arrived()?.method).toBe("HEAD");
    });

    it("gets the application's own headers, and none that says who asks, from where, or for what else", async () => {
      const own = [
        ["x-api-key", "key of the API"],
        ["X-Custom", "a, b"],
        ["accept-language", "de, en;q=0.5"],
        ["idempotency-key", "17"],
        ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
      ] as const;
      const foreign = [
        ["x-forwarded-for", "10.0.0.1"],
        ["X_Forwarded_Host", "evil.example"],
        ["forwarded", "for=10.0.0.1"],
        ["x-real-ip", "10.0.0.1"],
        ["x-apigw-api-id", "profileapi"],
        ["x-user", "root"],
        ["X_User", "root"],
        ["x.groups", "WyJhZG1pbnMiXQ"],
        ["x-postern-anything", "x"],
        ["x_postern_role", "x"],
        ["x-http-method-override", "DELETE"],
        ["x-method-override", "DELETE"],
        ["x-original-url", "/prod/admin"],
        ["x-rewrite-url", "/prod/admin"],
        ["x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"],
        ["cookie", "session=mine"],
        ["via", "1.1 somewhere"],
        ["te", "trailers"],
        ["connection", "keep-alive, te"],
      ] as const;
      const { status, told } = await ask({ target: "/orders/orders", headers: [...own, ...foreign] });
      expect(status).toBe(200);
      for (const [name, value] of own) expect(told.headers).toMatchObject({ [name.toLowerCase()]: value });
      const { sub } = decodeJwt(await stack.tokenOf("admin"));
      expect(told.headers).toMatchObject({
        "x-user": sub,
        "x-groups": Buffer.from('["admins"]').toString("base64url"),
        host: HOST,
      });
      // Of all that was sent besides, nothing arrives; the connection is Postern's own, and it asks for what it can look into.
      expect(Object.keys(told.headers ?? {}).sort()).toEqual(
        [
          ...own.map(([name]) => name.toLowerCase()),
          "x-user",
          "x-groups",
          "host",
          "connection",
          "accept-encoding",
        ].sort(),
      );
      // What goes to AWS has the caller's own session token in it, and nothing of the token that was presented.
      const text = JSON.stringify([...(arrived()?.headers.entries() ?? [])]);
      expect(text).not.toContain((await stack.tokenOf("admin")).split(".")[1]);
    });

    it.each([
      ["", "/orders/elsewhere"],
      ["?to=self", "/orders/elsewhere"],
      ["?to=elsewhere", "/orders/elsewhere"],
      ["?to=/prod/ab%3Fc%3D1%23d", "/orders/ab?c=1#d"],
      ["?to=/dev/elsewhere", undefined],
      ["?to=https://evil.example/prod/x", undefined],
      ["?to=//evil.example/prod/x", undefined],
      ["?to=/prod/..//evil.example", undefined],
      ["?to=javascript:alert(1)", undefined],
    ])("maps the redirect%s to %s", async (query, location) => {
      const { status, headers } = await ask({ target: `/orders/redirect${query}` });
      expect([status, headers.location]).toEqual([302, location]);
    });

    it("hands over what the application sets and says, with its errors", async () => {
      const cookie = await ask({ target: "/orders/cookie" });
      expect(cookie.headers["set-cookie"]).toEqual(["session=of-the-application; Path=/; HttpOnly"]);
      const error = await ask({ target: "/orders/error" });
      expect([error.status, error.body.toString(), error.headers["x-postern-reason"]]).toEqual([
        500,
        '{"message":"The application failed."}',
        undefined,
      ]);
      expect(arrivals.at(stack.aws.port).filter(({ target }) => target === "/prod/error")).toHaveLength(1);
    });

    it.each(["", "?header=x-token"])("never repeats the session token%s", async (query) => {
      const { status, headers, body } = await ask({ target: `/orders/token-back${query}` });
      expect([status, headers["x-postern-reason"]]).toEqual([502, "answer-withheld"]);
      const token = arrived()?.headers.get("x-amz-security-token") ?? "";
      expect(token).not.toBe("");
      expect(JSON.stringify(headers) + body.toString()).not.toContain(token);
    });
  });

  it("is found by its path, and what has none by the scope of the signature", async () => {
    const token = await stack.tokenOf("admin");
    const place = "@connections/R0oXAdfD0kwCH6w%3D";
    const ask = (target: string, manner: (typeof MANNERS)[number]) =>
      askApi(stack, { target }, { token, manner }).then(({ status, headers }) => [
        status,
        headers["x-postern-reason"],
      ]);
    expect(await ask(`/prod/${place}`, "the SDK's signature")).toEqual([200, undefined]);
    expect(await ask(`/dev/${place}`, "the SDK's signature")).toEqual([404, "upstream-unknown"]);
    expect(await ask(`/production/${place}`, "the SDK's signature")).toEqual([404, "upstream-unknown"]);
    expect(await ask(`/chat/${place}`, "a token")).toEqual([200, undefined]);
    expect(await ask(`/chat/prod/${place}`, "a token")).toEqual([403, undefined]);
  });
});
