import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mqttTarget, type MqttUrlRequest } from "../../src/signing/mqtt-url.ts";
import { EMPTY_SHA256 } from "../../src/signing/payload.ts";
import { presignQuery } from "../../src/signing/presign.ts";

const HOST = "a1b2c3-ats.iot.eu-central-1.amazonaws.com";

const request: MqttUrlRequest = {
  host: HOST,
  region: "eu-central-1",
  credentials: { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "TO/KEN+==" },
  nowMs: Date.UTC(2026, 4, 24, 3, 2, 1),
};

/** The same by Postern's own signer. */
function byOwnSigner({ host, region, credentials, nowMs }: MqttUrlRequest): string {
  return `/mqtt?${presignQuery({
    method: "GET",
    path: "/mqtt",
    query: [],
    headers: [["host", host]],
    payloadHash: EMPTY_SHA256,
    service: "iotdevicegateway",
    region,
    credentials,
    nowMs,
    signSessionToken: false,
  })}`;
}

describe("mqttTarget", () => {
  it("has AWS's order, with the session token behind the signature", async () => {
    expect(await mqttTarget(request)).toMatch(
      new RegExp(
        "^/mqtt\\?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
          "&X-Amz-Credential=ASIAEXAMPLE%2F20260524%2Feu-central-1%2Fiotdevicegateway%2Faws4_request" +
          "&X-Amz-Date=20260524T030201Z&X-Amz-SignedHeaders=host" +
          "&X-Amz-Signature=[0-9a-f]{64}&X-Amz-Security-Token=TO%2FKEN%2B%3D%3D$",
      ),
    );
  });

  it("does not sign the session token", async () => {
    const { sessionToken: _, ...credentials } = request.credentials;
    const without = await mqttTarget({ ...request, credentials });
    expect(without).toMatch(/&X-Amz-Signature=[0-9a-f]{64}$/);
    expect((await mqttTarget(request)).startsWith(`${without}&X-Amz-Security-Token=`)).toBe(true);
  });

  it("makes what Postern's own signer makes, whatever the credentials, region and time", async () => {
    const word = fc.string({ minLength: 1, maxLength: 40 });
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
    const requests = fc.record({
      host: label.map((name) => `${name}-ats.iot.eu-central-1.amazonaws.com`),
      region: fc.constantFrom("eu-central-1", "us-gov-west-1", "cn-north-1", "us-east-1"),
      credentials: fc.record({
        accessKeyId: fc.stringMatching(/^A[A-Z0-9]{3,19}$/),
        secretAccessKey: word,
        sessionToken: fc.oneof(word, fc.constant(undefined)),
      }),
      nowMs: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2060, 0) }),
    });
    await fc.assert(
      fc.asyncProperty(requests, async (one) => {
        expect(await mqttTarget(one)).toBe(byOwnSigner(one));
      }),
      { numRuns: 40 },
    );
  });
});
