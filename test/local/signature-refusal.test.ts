import { describe, expect, it } from "vitest";
import { signatureRefusal } from "../../src/local/signature-refusal.ts";

const head = {
  method: "GET",
  target: "/reports/q3.txt?b=2&a=1",
  rawHeaders: [
    "Host",
    "s3.example",
    "X-Amz-Date",
    "20260304T050607Z",
    "x-amz-content-sha256",
    "UNSIGNED-PAYLOAD",
    "x-amz-security-token",
    "TOKEN",
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=ASIAKEY/20260304/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-security-token, Signature=abc123",
  ],
};
const CANONICAL =
  "GET\n/reports/q3.txt\na=1&b=2\nhost:s3.example\nx-amz-security-token:TOKEN\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";

describe("a refused signature", () => {
  it("is shown by S3 with all that was signed, also as bytes", () => {
    const { code, status, fields } = signatureRefusal("s3", head);
    expect([code, status]).toEqual(["SignatureDoesNotMatch", 403]);
    expect(fields).toMatchObject({
      AWSAccessKeyId: "ASIAKEY",
      SignatureProvided: "abc123",
      CanonicalRequest: CANONICAL,
      CanonicalRequestBytes: expect.stringMatching(/^47 45 54 0a 2f /),
      StringToSign: expect.stringMatching(
        /^AWS4-HMAC-SHA256\n20260304T050607Z\n20260304\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
      ),
      StringToSignBytes: expect.stringMatching(/^41 57 53 34 /),
    });
  });

  it("is shown by the others in the message", () => {
    const refusal = signatureRefusal("dynamodb", head);
    expect(refusal).toMatchObject({ code: "InvalidSignatureException", status: 400, fields: {} });
    expect(refusal.message).toContain(
      `The Canonical String for this request should have been\n'${CANONICAL}'\n`,
    );
    expect(refusal.message).toContain("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n");
    expect(signatureRefusal("sts", head).code).toBe("SignatureDoesNotMatch");
  });
});
