import { describe, expect, it } from "vitest";
import { DOCUMENT, warned } from "./reading.ts";

const CHAT = { service: "execute-api", api: { id: "a1b2c3", stage: "prod" } };
const THINGS = { service: "iotdevicegateway", endpoint: "wss://a1b2c3-ats.iot.us-east-1.amazonaws.com" };

const of = (upstream: object, more: object = {}) =>
  warned({ upstreams: { ...DOCUMENT.upstreams, up: upstream }, ...more });

describe("limits of WebSockets", () => {
  it("may be AWS's own, and none is later", () => {
    expect(of({ ...CHAT, websocket: { lifetime: "2h", idle: "10m" } })).toEqual([]);
    expect(of({ ...THINGS, websocket: { lifetime: "24h", idle: "1h" } })).toEqual([]);
    expect(of({ ...CHAT, websocket: { lifetime: "3h", idle: "11m" } })).toEqual([
      "upstreams.up.websocket.lifetime: AWS itself closes a connection after 2h",
      "upstreams.up.websocket.idle: AWS itself closes a connection after 10m without a message",
    ]);
    expect(of({ ...THINGS, websocket: { lifetime: "25h" } })).toEqual([
      "upstreams.up.websocket.lifetime: AWS itself closes a connection after 24h",
    ]);
  });
});

describe("an IoT policy", () => {
  const ROLE = "arn:aws:iam::123456789012:role/things";
  const rules = [
    { name: "all", who: { authenticated: true }, allow: ["iot:Connect"], on: ["*"], role: ROLE },
  ];

  it("is for identities of an identity pool", () => {
    const upstream = { ...THINGS, iotPolicy: "people" };
    expect(of(upstream)).toEqual([]);
    const credentials = { sts: { type: "assume-role", sessionName: "${claim:sub}" } };
    expect(of(upstream, { credentials, policy: { rules } })).toContain(
      "upstreams.up.iotPolicy: it is attached to identities of an identity pool, and no credential source is one: nobody gets it",
    );
  });
});
