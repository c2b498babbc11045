import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiRequest, askApi } from "../support/api-client.ts";
import { type Arrivals, recordArrivals } from "../support/arrivals.ts";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { BEYOND, METRICS_IN_CBOR, SDK_SERVICES, type SdkService } from "../support/sdk-services.ts";
import { until } from "../support/until.ts";

/** What all errors of the SDK have. */
interface SdkError {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response: { readonly headers: Readonly<Record<string, string>> };
}

const withBeyond = (yaml: string): string => yaml.replace("\npolicy:\n  rules:\n", `$&${BEYOND}`);
const inCbor = (yaml: string): string =>
  yaml.replace("{ service: monitoring }", "{ service: monitoring, protocol: rpc-v2-cbor }");

type Marker = readonly [name: string, value: string];

const CBOR: Marker = ["smithy-protocol", "rpc-v2-cbor"];

/** A call by `POST` of a type below `application/`. */
function rpc(target: string, marker: Marker | undefined, type: string): ApiRequest {
  const headers = [
    ["content-type", `application/${type}`] as const,
    ...(marker === undefined ? [] : [marker]),
  ];
  return { method: "POST", target, headers, body: Buffer.from("{}") };
}
const signingName = ({ upstream }: SdkService): string => (upstream === "chat" ? "execute-api" : upstream);

describe.each(SCHEMES)("an unmodified client of the JavaScript SDK over %s", (scheme) => {
  describe.each([
    { by: "the shipped upstreams", services: SDK_SERVICES, config: withBeyond },
    {
      by: "an upstream of CBOR",
      services: [METRICS_IN_CBOR],
      config: (yaml: string) => inCbor(withBeyond(yaml)),
    },
  ])("by $by", ({ services, config }) => {
    let stack: ClientStack;
    let arrivals: Arrivals;

    beforeAll(async () => {
      arrivals = recordArrivals();
      stack = await startClientStack(scheme, { config });
    });
    beforeEach(() => arrivals.forget());
    afterAll(async () => {
      arrivals.stop();
      await stack.close();
    });

    /** What a call of a user comes to, and the outcomes of all that was sent for it. */
    async function call(row: SdkService, command: object, user: string, token?: string) {
      const options = await stack.clientOf(user);
      const credentials = { ...options.credentials, ...(token !== undefined && { sessionToken: token }) };
      const client = row.client({ ...options, credentials });
      const before = stack.outcomes.length;
      const came = await client.send(command as never).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error: error as SdkError }),
      );
      client.destroy();
      await until(() => stack.outcomes.length > before);
      return { ...came, outcomes: stack.outcomes.slice(before) };
    }

    it.each(services)("of $name does what is allowed", async (row) => {
      const done = `${signingName(row)}:${row.operation}`;
      const times = stack.aws.calls.of(done);
      const { outcomes, ...came } = await call(row, row.allowed, row.user);
      expect(came).toMatchObject({ answer: { $metadata: { attempts: 1 } } });
      if ("answer" in came && row.tells !== undefined) expect(came.answer).toHaveProperty(row.tells);
      expect(outcomes).toMatchObject([
        {
          upstream: row.upstream,
          service: signingName(row),
          operation: row.operation,
          requirements: [row.requirement],
          verdict: "permit",
          rule: row.rule,
          outcome: "ok",
        },
      ]);
      // Counted only where signature, token and hash were verified, and IAM allowed it.
      expect(stack.aws.calls.of(done)).toBeGreaterThan(times);
    });

    it.each(services)("of $name raises its typed error where no rule allows it", async (row) => {
      const { outcomes, ...came } = await call(row, row.denied ?? row.allowed, "member");
      const [name, httpStatusCode] = row.raised;
      expect(came).toMatchObject({
        error: {
          name,
          $metadata: { httpStatusCode, attempts: 1 },
          $response: { headers: { "x-postern-reason": "denied-no-rule" } },
        },
      });
      expect(outcomes).toMatchObject([{ upstream: row.upstream, reason: "denied-no-rule" }]);
    });

    it.each(services)("of $name raises its typed error where IAM does not allow it", async (row) => {
      const { outcomes, ...came } = await call(row, row.beyond, "analyst");
      const [name, httpStatusCode] = row.raised;
      expect(came).toMatchObject({ error: { name, $metadata: { httpStatusCode, attempts: 1 } } });
      if ("error" in came) expect(came.error.$response.headers).not.toHaveProperty("x-postern-reason");
      expect(outcomes).toMatchObject([
        { verdict: "permit", rule: "more than IAM allows", status: httpStatusCode, outcome: "ok" },
      ]);
    });

    it.each(services)("of $name tries a bad token once", async (row) => {
      const { tokens } = stack.aws.identity;
      const claims = { username: row.user, clientId: "web" } as const;
      const bad = {
        "token-expired": await tokens.issueIdToken({ ...claims, lifetimeMs: -1000 }),
        "token-issuer": await tokens.issueIdToken({ ...claims, claims: { iss: "https://example.com" } }),
      };
      for (const [reason, token] of Object.entries(bad)) {
        arrivals.forget();
        const { outcomes, ...came } = await call(row, row.allowed, row.user, token);
        expect(came).toMatchObject({
          error: { $metadata: { attempts: 1 }, $response: { headers: { "x-postern-reason": reason } } },
        });
        expect(arrivals.at(stack.ports.listen)).toHaveLength(1);
        expect(outcomes).toMatchObject([{ reason }]);
      }
    });
  });

  it("that asks for what no table has is refused in its protocol", async () => {
    const stack = await startClientStack(scheme, { config: inCbor });
    const token = await stack.tokenOf("admin");
    const body = Buffer.from("Action=Fly&Version=2010-03-31");
    const asks: readonly (readonly [request: ApiRequest, status: number, type: string])[] = [
      [rpc("/sqs/", ["x-amz-target", "AmazonSQS.Fly"], "x-amz-json-1.0"), 400, "application/x-amz-json-1.1"],
      [{ ...rpc("/sns/", undefined, "x-www-form-urlencoded"), body }, 403, "text/xml"],
      [{ target: "/lambda/2015-03-31/wings" }, 403, "application/json"],
      [
        rpc("/monitoring/service/GraniteServiceVersion20100801/operation/Fly", CBOR, "cbor"),
        400,
        "application/cbor",
      ],
    ];
    for (const [request, status, type] of asks) {
      const answer = await askApi(stack, request, { token, manner: "a token" });
      expect([answer.status, answer.headers["content-type"], answer.headers["x-postern-reason"]]).toEqual([
        status,
        type,
        "operation-unknown",
      ]);
    }
    await stack.close();
  });
});
