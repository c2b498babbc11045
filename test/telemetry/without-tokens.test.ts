import { expect, it } from "vitest";
import { withoutTokens } from "../../src/telemetry/without-tokens.ts";

const SESSION = `IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3Qt${"Ab+/".repeat(20)}==`;
const SIGNATURE = "deadbeef".repeat(8);
const URL = [
  "q3.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256",
  "X-Amz-Credential=ASIAEXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request",
  `X-Amz-Security-Token=${encodeURIComponent(SESSION)}`,
  `X-Amz-Signature=${SIGNATURE}`,
  "x-id=GetObject",
].join("&");
const SHOWN =
  "q3.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=[token]&X-Amz-Security-Token=[token]&X-Amz-Signature=[token]&x-id=GetObject";

it.each<readonly [how: string, encode: (text: string) => string]>([
  ["as it is", (text) => text],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded twice", (text) => encodeURIComponent(encodeURIComponent(text))],
  ["in lower case", (text) => text.replaceAll("X-Amz-", "x-amz-")],
])("of a presigned URL neither key, token nor signature is left: %s", (_, encode) => {
  const shown = withoutTokens(encode(URL));
  expect(shown).not.toMatch(/deadbeef|IQoJ|ASIA/);
  const marked = encode(SHOWN.replaceAll("[token]", "-token-")).replaceAll("-token-", "[token]");
  expect(shown).toBe(marked);
});

it.each([SESSION, encodeURIComponent(SESSION), SESSION.replace("IQoJ", "FwoG")])(
  "a session token is taken out wherever it stands: %s",
  (token) => {
    expect(withoutTokens(`{"resource":"key/${token}"}`)).toBe('{"resource":"key/[token]"}');
  },
);

it.each([
  "arn:aws:s3:::reports/q3.txt",
  "IQoJ",
  "FwoGshort",
  "x-amz-meta-signature",
  "X-Amz-Signature=",
  "X-Amz-SignedHeaders=host",
])("other text stays as it is: %s", (text) => {
  expect(withoutTokens(text)).toBe(text);
});

it.each([
  "X-Amz-Signature=%",
  "X-Amz-Signature=",
  "X-Amz-Signature%25",
  "X-Amz-Security-Token=%25",
  "IQoJ",
  "IQoJ%",
  "-amz-S",
  "eyJaaaaaaaa%25",
])("a megabyte of %s is read in one go", (part) => {
  expect(withoutTokens(part.repeat(1024 ** 2 / part.length))).toBeTypeOf("string");
});
