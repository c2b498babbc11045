import { describe, expect, it } from "vitest";
import { createMaybeSecure, type ServerTls } from "../../src/inbound/secure.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { createAuthority } from "../support/authority.ts";

const { certPem: cert, keyPem: key } = createThrowAwayCertificate(Date.now());
const [one, other] = ["one", "other"].map((name) => createAuthority(name).pem) as [string, string];
const asking = (clientCa: string | undefined): ServerTls => ({ cert, key, clientCa });

/** Whether those who were heard by the first authorities might not be heard by the second. */
function mayBeGone(before: string | undefined, after: string | undefined): boolean {
  return createMaybeSecure({}, asking(before), 1000).show(asking(after));
}

describe("an authority of clients", () => {
  it.each<readonly [what: string, before: string, after: string]>([
    ["is not there any more", one + other, other],
    ["is a comment", one + other, `#${one}${other}`],
    ["is a comment, of another name", one.replaceAll("CERT", "X509 CERT") + other, `#${one}${other}`],
    ["has another name, under which it may not be trusted", one, one.replaceAll("CERT", "TRUSTED CERT")],
    ["of another name is gone", one + other.replaceAll("CERT", "X509 CERT"), one],
    ["stands behind what is no certificate", one, `-----BEGIN CERTIFICATE-----\n${one}`],
    ["ends with what is behind it", one.trimEnd(), `${one.trimEnd()}-\n${other}`],
  ])("may be gone where it %s", (_what, before, after) => {
    expect(mayBeGone(before, after)).toBe(true);
  });

  it("is still there where others came behind it, or nothing is another", () => {
    expect(mayBeGone(one, one + other)).toBe(false);
    expect(mayBeGone(one, one)).toBe(false);
    expect(mayBeGone(undefined, undefined)).toBe(false);
  });

  it("lasts where only the certificate of the server is another", () => {
    const next = createThrowAwayCertificate(Date.now());
    const made = createMaybeSecure({}, asking(one), 1000);
    expect(made.show({ cert: next.certPem, key: next.keyPem, clientCa: one })).toBe(false);
    expect(made.show({ cert: next.certPem, key: next.keyPem, clientCa: other })).toBe(true);
  });
});
