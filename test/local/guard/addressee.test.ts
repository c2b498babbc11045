import { describe, expect, it } from "vitest";
import { addresseeOf } from "../../../src/local/guard/addressee.ts";
import { WORLD } from "../stand-in.ts";

/** Whom a host names, in short. */
function named(headers: Readonly<Record<string, string>>): string | undefined {
  const addressee = addresseeOf((name) => headers[name], WORLD);
  if (addressee === undefined) return undefined;
  if (addressee.kind === "domain") return `domain ${addressee.mappings.length}`;
  const found = addressee.kind === "api" ? addressee.api : addressee.function;
  return `${addressee.kind} ${found?.name ?? "none"}`;
}

describe("a host names", () => {
  it.each([
    ["ordersapi1.execute-api.us-east-1.amazonaws.com", "api orders"],
    ["ORDERSAPI1.execute-api.us-east-1.amazonaws.com.:443", "api orders"],
    ["ordersapi1.execute-api.us-east-1.localhost:4483", "api orders"],
    ["ordersapi1-vpce-0a1b2c.execute-api.us-east-1.amazonaws.com", "api orders"],
    ["unknown000.execute-api.us-east-1.amazonaws.com", "api none"],
    ["ordersapi1.execute-api.eu-west-1.amazonaws.com", "api none"],
    ["vpce-0a1b2c-xyz.execute-api.us-east-1.vpce.amazonaws.com", "api none"],
    ["api.example.com", "domain 2"],
    ["resizeurl1.lambda-url.us-east-1.on.aws", "function resize"],
    ["unknownurl.lambda-url.us-east-1.on.aws", "function none"],
    ["resizeurl1.lambda-url.eu-west-1.on.aws", "function none"],
    ["127.0.0.1:4483", undefined],
    ["lambda.us-east-1.amazonaws.com", undefined],
    ["execute-api.us-east-1.amazonaws.com", undefined],
    ["ordersapi1.execute-api.us-east-1.amazonaws.com.evil.example", undefined],
    ["__proto__", undefined],
  ])("%s → %s", (host, expected) => {
    expect(named({ host })).toBe(expected);
  });

  it("and x-apigw-api-id an API where the host names none, and only there", () => {
    const header = { "x-apigw-api-id": "ordersapi1" };
    expect(named({ host: "127.0.0.1:4483", ...header })).toBe("api orders");
    const endpoint = "vpce-0a1b2c-xyz.execute-api.us-east-1.vpce.amazonaws.com";
    expect(named({ host: endpoint, ...header })).toBe("api orders");
    const other = "profileapi.execute-api.us-east-1.amazonaws.com";
    expect(named({ host: other, ...header })).toBe("api profiles");
  });
});
