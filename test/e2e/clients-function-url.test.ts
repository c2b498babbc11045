import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiAnswer, type ApiRequest, askApi, MANNERS } from "../support/api-client.ts";
import { type Arrivals, recordArrivals } from "../support/arrivals.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { until } from "../support/until.ts";

const HOST = "resizeurl1.lambda-url.us-east-1.on.aws";

/** The event that the function was called with, which it answers. */
interface Event {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly authorizer: { readonly iam: { readonly userArn: string } };
  };
}

describe.each(SCHEMES)("the URL of a Lambda function over %s", (scheme) => {
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

  describe.each(MANNERS)("asked with %s", (manner) => {
    const ask = async (request: ApiRequest, user = "analyst"): Promise<ApiAnswer> =>
      askApi(stack, request, { token: await stack.tokenOf(user), manner, service: "lambda" });

    it("calls the function in the caller's own role", async () => {
      const before = stack.outcomes.length;
      const body = Buffer.from([0, 255, 1, 254]);
      const { status, told } = await ask({
        method: "POST",
        target: "/resize/a%20b/?width=100&width=200&q=a+b",
        headers: [
          ["content-type", "image/png"],
          ["x-custom", "1"],
          ["x-forwarded-for", "10.0.0.1"],
          ["cookie", "a=b"],
        ],
        body,
      });
      expect(status).toBe(200);
      const event = told as unknown as Event;
      expect(event).toMatchObject({
        rawPath: "/a%20b/",
        rawQueryString: "q=a%20b&width=100&width=200",
        headers: { "content-type": "image/png", "x-custom": "1", host: HOST },
        body: body.toString("base64"),
        requestContext: { http: { method: "POST" } },
      });
      for (const name of ["x-forwarded-for", "cookie", "authorization"])
        expect(event.headers).not.toHaveProperty(name);
      expect(event.requestContext.authorizer.iam.userArn).toContain(":assumed-role/analyst/");
      await until(() => stack.outcomes.length > before);
      expect(stack.outcomes.slice(before)).toMatchObject([
        {
          upstream: "resize",
          service: "lambda",
          requirements: ["InvokeFunctionUrl", "InvokeFunction"].map((action) => ({
            action: `lambda:${action}`,
            resource: "arn:aws:lambda:us-east-1:123456789012:function:resize",
          })),
          rule: "analysts start work",
          outcome: "ok",
        },
      ]);
    });

    it.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])("takes %s", async (method) => {
      const { status, told } = await ask({ method, target: "/resize" });
      expect(status).toBe(200);
      expect(told).toMatchObject({ rawPath: "/", requestContext: { http: { method } } });
    });

    it("is refused in its own words where no rule allows it", async () => {
      const { status, headers, body } = await ask({ target: "/resize/" }, "member");
      expect([status, headers["x-postern-reason"], headers["x-amzn-errortype"]]).toEqual([
        403,
        "denied-no-rule",
        "AccessDeniedException",
      ]);
      expect(JSON.parse(body.toString())).toEqual({ Message: "No rule allows this operation." });
      expect(arrivals.at(stack.aws.port).some(({ headers }) => headers.get("host") === HOST)).toBe(false);
    });
  });
});
