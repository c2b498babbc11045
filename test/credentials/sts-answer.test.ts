import { describe, expect, it } from "vitest";
import { readStsCredentials, readStsError, readStsResult } from "../../src/credentials/sts-answer.ts";
import { NOW } from "../support/signed-tokens.ts";
import { STS_MEMBERS, stsAnswer, stsError, stsResult } from "./scripted-aws.ts";

const read = (body: string) => readStsCredentials(readStsResult("AssumeRole", body), NOW);
const readWith = (members: Parameters<typeof stsResult>[0]) =>
  read(stsAnswer("AssumeRole", stsResult(members)));

describe("readStsCredentials", () => {
  it("reads what STS gives", () => {
    expect(readWith({})).toEqual({
      accessKeyId: "ASIASTS",
      secretAccessKey: "sts/secret+",
      sessionToken: "sts/token==",
      expiresAtMs: NOW + 3_600_000,
    });
  });

  it("does not mind a declaration, or members that it does not know", () => {
    const result = `${stsResult()}<Surprise><Credential/></Surprise><Surprise/>`;
    expect(read(`<?xml version="1.0" encoding="UTF-8"?>\n${stsAnswer("AssumeRole", result)}`)).toMatchObject({
      accessKeyId: "ASIASTS",
    });
  });

  it.each([
    ["2026-01-15T13:00:00.5Z", NOW + 3_600_500],
    ["2026-01-15T14:00:00+01:00", NOW + 3_600_000],
    ["2026-01-15T13:00:00.123456789Z", NOW + 3_600_123],
  ])("reads the RFC 3339 time %s", (text, expiresAtMs) => {
    expect(readWith({ Expiration: `<Expiration>${text}</Expiration>` })).toMatchObject({ expiresAtMs });
  });

  it.each([
    "",
    "1768482000",
    "2026-01-15",
    "2026-01-15 13:00:00Z",
    "2026-01-15T13:00:00",
    "2026-01-15T13:00Z",
    "2026-02-30T13:00:00Z",
    "2026-01-15T25:00:00Z",
    "2026-01-15T13:00:00+99:99",
    "Thu, 15 Jan 2026 13:00:00 GMT",
    "2026-01-15T12:00:00Z",
    "2025-01-15T13:00:00Z",
    " 2026-01-15T13:00:00Z",
    "2026-01-15T13:00:00Z\n",
    "+002026-01-15T13:00:00Z",
  ])("takes no credentials that end at %j", (text) => {
    expect(() => readWith({ Expiration: `<Expiration>${text}</Expiration>` })).toThrow(
      expect.objectContaining({ code: "credentials-unavailable" }),
    );
  });

  const good = stsAnswer("AssumeRole", stsResult());
  it.each([
    ["nothing", ""],
    ["a page", "<html><body>Sign in</body></html>"],
    ["JSON", JSON.stringify({ Credentials: {} })],
    ["half of it", good.slice(0, good.length / 2)],
    ["an error", stsError("AccessDenied")],
    ["the answer to another question", stsAnswer("AssumeRoleWithWebIdentity", stsResult())],
    ["no result", stsAnswer("AssumeRole", "").replace(/<AssumeRoleResult>.*<\/AssumeRoleResult>/, "")],
    ["no credentials", stsAnswer("AssumeRole", "<PackedPolicySize>6</PackedPolicySize>")],
    ["empty credentials", stsAnswer("AssumeRole", "<Credentials/>")],
    ["credentials that are a word", stsAnswer("AssumeRole", "<Credentials>ok</Credentials>")],
    ["two of them", stsAnswer("AssumeRole", stsResult() + stsResult())],
    ["two results", good.replace("<ResponseMetadata>", "<AssumeRoleResult/><ResponseMetadata>")],
    ["credentials elsewhere", stsAnswer("AssumeRole", `<AssumedRoleUser>${stsResult()}</AssumedRoleUser>`)],
    ["a document type", `<!DOCTYPE x [<!ENTITY a "b">]>${good}`],
    ["CDATA", good.replace("ASIASTS", "<![CDATA[ASIASTS]]>")],
    ["a comment", good.replace("ASIASTS", "ASIA<!-- -->STS")],
    ["an attribute", good.replace("<AccessKeyId>", '<AccessKeyId a="b">')],
    ["text between members", good.replace("<SecretAccessKey>", "x<SecretAccessKey>")],
    ["another encoding", `<?xml version="1.0" encoding="UTF-16"?>${good}`],
  ])("takes no credentials out of %s", (_what, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: "credentials-unavailable" }));
  });

  const names = ["AccessKeyId", "SecretAccessKey", "SessionToken"] as const;
  it.each(
    names.flatMap((name) =>
      [
        "",
        `<${name}/>`,
        `<${name}> </${name}>`,
        `<${name}>a b</${name}>`,
        `<${name}>a&#13;&#10;x: y</${name}>`,
        `<${name}>ä</${name}>`,
        `<${name}><b/></${name}>`,
        STS_MEMBERS[name] + STS_MEMBERS[name],
      ].map((xml) => [name, xml] as const),
    ),
  )("takes no credentials with %s as %j", (name, xml) => {
    expect(() => readWith({ [name]: xml })).toThrow(
      expect.objectContaining({ code: "credentials-unavailable" }),
    );
  });

  it("quotes nothing of the answer in what it throws", () => {
    for (const body of [good.slice(0, -1), good.replace("<SessionToken>", "<SessionToken>\u0001")]) {
      let thrown: unknown;
      try {
        read(body);
      } catch (error) {
        thrown = error;
      }
      const { cause, detail, stack } = thrown as { cause?: unknown; detail: string; stack: string };
      expect(cause).toBeUndefined();
      expect(`${detail} ${stack}`).not.toMatch(/secret\+|token==|ASIA/);
    }
  });
});

describe("readStsError", () => {
  it("reads name and message", () => {
    expect(readStsError(stsError("SignatureDoesNotMatch", "Signature expired: 1 &lt; 2"))).toEqual({
      code: "SignatureDoesNotMatch",
      message: "Signature expired: 1 < 2",
    });
  });

  it.each([
    ["nothing", ""],
    ["a gateway's page", "<html>Forbidden</html>"],
    ["JSON", '{"__type":"AccessDenied"}'],
    ["another service's error", "<Error><Code>AccessDenied</Code></Error>"],
    ["two errors", stsError("AccessDenied").replace("</Error>", "</Error><Error><Code>x</Code></Error>")],
    ["two names", stsError("AccessDenied</Code><Code>Throttling")],
    ["no name", stsError("")],
    ["a name that is none", stsError("Access Denied; DROP")],
  ])("names no error out of %s", (_what, body) => {
    expect(readStsError(body).code).toBeUndefined();
  });
});
