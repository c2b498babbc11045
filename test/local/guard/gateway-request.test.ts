import { describe, expect, it } from "vitest";
import { addresseeOf } from "../../../src/local/guard/addressee.ts";
import { parseGateway, readGatewayTarget } from "../../../src/local/guard/gateway-request.ts";
import type { GatewayCall } from "../../../src/local/guard/gateway-request.ts";
import type { World } from "../../../src/local/world.ts";
import { WORLD } from "../stand-in.ts";

const ORDERS = "ordersapi1.execute-api.us-east-1.amazonaws.com";
const PROFILES = "profileapi.execute-api.us-east-1.amazonaws.com";
const CHAT = "chatapi001.execute-api.us-east-1.amazonaws.com";
const PREFIX = "arn:aws:execute-api:us-east-1:123456789012:";

function read(host: string, path: string, method = "GET", world: World = WORLD): GatewayCall {
  const addressee = addresseeOf((name) => (name === "host" ? host : undefined), world);
  if (addressee === undefined) throw new Error(`${host} names nobody`);
  return parseGateway({ method }, readGatewayTarget(path, addressee, world), world);
}

/** Action and resource, without what all have. */
function needs(...asked: Parameters<typeof read>): string {
  const [{ action, resource } = { action: "", resource: "" }] = read(...asked).requirements;
  return `${action} ${resource.replace(PREFIX, "")}`;
}

describe("an API is invoked", () => {
  it.each([
    [ORDERS, "/prod/orders/7", "execute-api:Invoke ordersapi1/prod/GET/orders/7"],
    [ORDERS, "/prod/orders/7/", "execute-api:Invoke ordersapi1/prod/GET/orders/7"],
    [ORDERS, "/dev/", "execute-api:Invoke ordersapi1/dev/GET/"],
    [ORDERS, "/prod", "execute-api:Invoke ordersapi1/prod/GET/"],
    [ORDERS, "/%70rod/x", "execute-api:Invoke ordersapi1/prod/GET/x"],
    [ORDERS, "/prod/a%20b%2Fc", "execute-api:Invoke ordersapi1/prod/GET/a b/c"],
    [ORDERS, "/prod/a+%252F", "execute-api:Invoke ordersapi1/prod/GET/a+%2F"],
    [ORDERS, "/prod/@connections/x", "execute-api:Invoke ordersapi1/prod/GET/@connections/x"],
    [PROFILES, "/prod/me", "execute-api:Invoke profileapi/prod/GET/me"],
    [PROFILES, "/me", "execute-api:Invoke profileapi/$default/GET/me"],
    [PROFILES, "/%24default/me", "execute-api:Invoke profileapi/$default/GET/$default/me"],
    ["api.example.com", "/v1/orders/7", "execute-api:Invoke ordersapi1/prod/GET/7"],
    ["api.example.com", "/v1/orders", "execute-api:Invoke ordersapi1/prod/GET/"],
    ["api.example.com", "/profiles/me", "execute-api:Invoke profileapi/prod/GET/me"],
  ])("%s%s: %s", (host, path, expected) => {
    expect(needs(host, path)).toBe(expected);
  });

  it("and its back end is told the path as it was sent", () => {
    expect(read(ORDERS, "/prod/a%20b%2Fc/").path).toBe("/a%20b%2Fc/");
    expect(read("api.example.com", "/v1/orders/%41").path).toBe("/%41");
    expect(read(PROFILES, "/me").path).toBe("/me");
  });

  it.each([
    [ORDERS, "/orders"],
    [ORDERS, "/"],
    [ORDERS, "/PROD/x"],
    ["unknown000.execute-api.us-east-1.amazonaws.com", "/prod/x"],
    ["api.example.com", "/v1/order"],
    ["api.example.com", "/v1"],
  ])("never at %s%s", (host, path) => {
    expect(() => read(host, path)).toThrow(
      expect.objectContaining({ code: "ForbiddenException", status: 403 }),
    );
  });

  it("never with a path that cannot be decoded", () => {
    for (const path of ["/prod/%", "/prod/%ff", "/%zz/x"]) {
      expect(() => read(ORDERS, path)).toThrow(expect.objectContaining({ status: 400 }));
    }
  });

  it("by its routes alone, where it has them", () => {
    const routes = ["GET /orders/{id}", "ANY /files/{rest+}", "POST /a.b"];
    const world = { ...WORLD, apis: WORLD.apis!.map((api) => ({ ...api, routes })) };
    const takes = (method: string, path: string): boolean => {
      try {
        read(ORDERS, `/prod${path}`, method, world);
        return true;
      } catch {
        return false;
      }
    };
    expect(takes("GET", "/orders/7")).toBe(true);
    expect(takes("DELETE", "/files/a/b")).toBe(true);
    expect(takes("POST", "/a.b")).toBe(true);
    for (const [method, path] of [
      ["POST", "/orders/7"],
      ["GET", "/orders"],
      ["GET", "/orders/7/x"],
      ["GET", "/files"],
      ["POST", "/axb"],
    ] as const) {
      expect(takes(method, path), path).toBe(false);
    }
    expect(() => read(ORDERS, "/prod/x", "GET", world)).toThrow("Missing Authentication Token");
  });
});

describe("a connection is managed", () => {
  it.each([
    ["POST", "PostToConnection"],
    ["GET", "GetConnection"],
    ["DELETE", "DeleteConnection"],
  ])("%s is %s", (method, operation) => {
    for (const path of ["/prod/%40connections/R0oX%3D", "/prod/@connections/R0oX="]) {
      expect(read(CHAT, path, method)).toMatchObject({ operation, connectionId: "R0oX=" });
      expect(needs(CHAT, path, method)).toBe(
        `execute-api:ManageConnections chatapi001/prod/${method}/@connections/R0oX=`,
      );
    }
  });

  it("by no other method or path", () => {
    for (const [method, path] of [
      ["PUT", "/prod/@connections/x"],
      ["POST", "/prod/@connections"],
      ["POST", "/prod/@Connections/x"],
      ["GET", "/prod/orders"],
    ] as const) {
      expect(() => read(CHAT, path, method), path).toThrow("Forbidden");
    }
  });
});
