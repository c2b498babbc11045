import { afterEach, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;

afterEach(() => stack.close());

const read = (token: string): Promise<Response> =>
  fetch(`${stack.url}/s3/reports/q3.txt`, { headers: { authorization: `Bearer ${token}` } });

describe("the exchange behind a request", () => {
  it("happens once for 200 concurrent first requests of one caller", async () => {
    stack = await startStack();
    const token = await stack.tokenOf("analyst");
    const first = await Promise.all(Array.from({ length: 200 }, () => read(token)));
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set([200]));
    const { calls } = stack.aws;
    const counted = ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"].map((name) =>
      [...calls.all()]
        .filter(([call]) => call.endsWith(`:${name}`))
        .reduce((sum, [, count]) => sum + count, 0),
    );
    expect(counted).toEqual([1, 1, 1]);
  });

  it("gives two callers two identities, and each role its own credentials", async () => {
    stack = await startStack();
    await Promise.all(["analyst", "editor", "admin"].map(async (user) => read(await stack.tokenOf(user))));
    const roles = stack.outcomes.map(({ role = "" }) => role.split("/")[1]);
    expect(new Set(roles)).toEqual(new Set(["admin", "analyst"]));
    expect(roles.length).toBe(3);
    const counts = [...stack.aws.calls.all()].filter(([call]) => call.endsWith(":GetCredentialsForIdentity"));
    expect(counts.map(([, count]) => count)).toEqual([3]);
  });
});

describe("the verification at the other end is real", () => {
  it("refuses every signature once its clock is an hour off", async () => {
    let offsetMs = 0;
    stack = await startStack({ aws: { now: () => Date.now() + offsetMs } });
    const token = await stack.tokenOf("analyst");
    expect((await read(token)).status).toBe(200);
    offsetMs = -3_600_000;
    const skewed = await read(token);
    expect(skewed.status).toBe(403);
    expect(await skewed.text()).toContain("<Code>RequestTimeTooSkewed</Code>");
  });

  it("refuses every signature once it knows another secret", async () => {
    let altered = false;
    stack = await startStack({
      aws: { secretOf: ({ secretAccessKey }) => (altered ? `${secretAccessKey}x` : secretAccessKey) },
    });
    const token = await stack.tokenOf("analyst");
    expect((await read(token)).status).toBe(200);
    altered = true;
    const refused = await read(token);
    expect([refused.status, refused.headers.get("x-postern-reason")]).toEqual([502, "signature-refused"]);
    // AWS's own words would repeat what was signed, the session token among it.
    expect(await refused.text()).not.toContain("SignatureDoesNotMatch");
  });
});
