import { describe, expect, it } from "vitest";
import { UNSIGNED_PAYLOAD } from "../../src/signing/payload.ts";
import { presignQuery } from "../../src/signing/presign.ts";
import type { PresignableRequest } from "../../src/signing/presign.ts";

/** The example of the S3 user guide, "Authenticating requests: using query parameters". */
const example: PresignableRequest = {
  method: "GET",
  path: "/test.txt",
  query: [],
  headers: [["host", "examplebucket.s3.amazonaws.com"]],
  payloadHash: UNSIGNED_PAYLOAD,
  service: "s3",
  region: "us-east-1",
  credentials: {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  nowMs: Date.UTC(2013, 4, 24),
  expiresInSeconds: 86_400,
};

describe("presignQuery", () => {
  it("makes the URL that S3 documents", () => {
    expect(presignQuery(example)).toBe(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256" +
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    );
  });

  it("takes the query of the request into the signature", () => {
    const query = presignQuery({ ...example, query: [["versionId", "a b"]] });
    expect(query).toMatch(/&versionId=a%20b&X-Amz-Signature=/);
    expect(query).not.toContain("aeeed9bb");
  });

  it("signs the session token, so that nobody can exchange it", () => {
    const credentials = { ...example.credentials, sessionToken: "TO/KEN==" };
    expect(presignQuery({ ...example, credentials })).toContain(
      "&X-Amz-Security-Token=TO%2FKEN%3D%3D&X-Amz-SignedHeaders=host&X-Amz-Signature=",
    );
  });

  it("puts the token behind the signature for IoT, and sets no expiry there", () => {
    const request: PresignableRequest = {
      ...example,
      path: "/mqtt",
      service: "iotdevicegateway",
      credentials: { ...example.credentials, sessionToken: "TO/KEN==" },
      expiresInSeconds: undefined,
      signSessionToken: false,
    };
    const query = presignQuery(request);
    expect(query).toMatch(/&X-Amz-Signature=[0-9a-f]{64}&X-Amz-Security-Token=TO%2FKEN%3D%3D$/);
    expect(query).not.toContain("X-Amz-Expires");
    const withoutToken = { ...request, credentials: example.credentials };
    expect(query.startsWith(presignQuery(withoutToken))).toBe(true);
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])("refuses to expire in %d seconds", (expiresInSeconds) => {
    expect(() => presignQuery({ ...example, expiresInSeconds })).toThrow(RangeError);
  });
});
