import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

const DENY = `
    - name: acme reads no orders
      who: { claims: { "custom:tenant": acme } }
      deny: ["dynamodb:*"]
`;

describe("S4.2 a deny by a claim that ID tokens hold and access tokens do not", () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ config: (yaml) => yaml.replace(/\n\nlog:/, `${DENY}\nlog:`) });
  });
  afterAll(() => stack.close());

  const readOrder = async (headers: Record<string, string>) => {
    const { status, headers: answer } = await fetch(`${stack.url}/dynamodb/`, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.GetItem",
        ...headers,
      },
      body: JSON.stringify({ TableName: "Orders", Key: {} }),
    });
    return { status, reason: answer.get("x-postern-reason") };
  };

  it("means the user by whichever token of a sign-in", async () => {
    const { id, access } = await stack.tokensOf("analyst");
    const denied = { status: 400, reason: "denied-by-rule" };
    const bearer = { authorization: `Bearer ${access}` };
    await expect(readOrder({ authorization: `Bearer ${id}` })).resolves.toEqual(denied);
    await expect(readOrder(bearer)).resolves.toEqual(denied);
    await expect(readOrder({ ...bearer, "x-postern-id-token": id })).resolves.toEqual(denied);
    expect(stack.arrived()).toBe(0);
  });

  it("means no machine, which has no such claim", async () => {
    const token = await stack.tokenOf("service");
    await expect(readOrder({ authorization: `Bearer ${token}` })).resolves.toMatchObject({ reason: null });
  });
});
