import { describe, expect, it } from "vitest";
import type { StsAction, StsQuestion } from "../../src/credentials/sts-question.ts";
import { createSts, stsOrigin } from "../../src/credentials/sts.ts";
import type { Reply } from "../../src/outbound/call.ts";
import type { ClockOffset } from "../../src/signing/clock-offset.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { callerOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import { endOf, rightClock, scriptedAws, stsError } from "./scripted-aws.ts";

const KEYS = { accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken: "", expiresAtMs: Infinity };

function start(replies: readonly Partial<Reply>[] = [], clock: ClockOffset = rightClock()) {
  const { exchange, asked } = scriptedAws({ AssumeRole: replies, AssumeRoleWithWebIdentity: replies });
  const origin = stsOrigin("eu-west-1", undefined);
  const askSts = createSts({ region: "eu-west-1", origin, exchange, signer: createSigner(), clock });
  const ask = (action: StsAction, more: Partial<StsQuestion<number>> = {}) =>
    askSts({
      action,
      parameters: [],
      caller: callerOf(),
      signedBy: action === "AssumeRole" ? KEYS : undefined,
      read: (result) => result.size,
      ...more,
    });
  return { ask, asked, headers: () => asked.map(({ call }) => call.headers) };
}

describe("stsOrigin", () => {
  it.each([
    ["eu-west-1", undefined, "https://sts.eu-west-1.amazonaws.com"],
    ["cn-north-1", undefined, "https://sts.cn-north-1.amazonaws.com.cn"],
    ["eu-west-1", "http://127.0.0.1:4483", "http://127.0.0.1:4483"],
  ])("of %s (%s) is %s", (region, override, origin) => {
    expect(stsOrigin(region, override)).toBe(origin);
  });
});

describe("createSts", () => {
  it("asks by a form, whose every value has one reading", async () => {
    const { ask, asked } = start();
    const policy = '{"a":"b c&d=e+f~*"}';
    await ask("AssumeRoleWithWebIdentity", { parameters: [["Policy", policy]] });
    expect(asked[0]?.call).toEqual({
      url: "https://sts.eu-west-1.amazonaws.com/",
      method: "POST",
      headers: {
        host: "sts.eu-west-1.amazonaws.com",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      },
      body: "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&Policy=%7B%22a%22%3A%22b%20c%26d%3De%2Bf~%2A%22%7D",
    });
    expect(asked[0]?.input["Policy"]).toBe(policy);
  });

  it("signs for the region with the clock of STS, without a session token where there is none", async () => {
    const { ask, headers } = start([], { ...rightClock(), now: () => NOW + 120_000 });
    await ask("AssumeRole");
    expect(headers()).toMatchObject([
      {
        "x-amz-date": "20260115T120200Z",
        authorization: expect.stringContaining(
          "Credential=AKIA/20260115/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date,",
        ),
      },
    ]);
    expect(headers()[0]).not.toHaveProperty("x-amz-security-token");
  });

  it("hands on what the reading of the result finds", async () => {
    await expect(start().ask("AssumeRole")).resolves.toBe(3);
  });
});

/** A clock that learns whatever it is told. */
function learner() {
  let offsetMs = 0;
  const told: (string | undefined)[] = [];
  const clock: ClockOffset = {
    now: () => NOW + offsetMs,
    offsetMs: () => offsetMs,
    learn: (date) => {
      told.push(date);
      const before = offsetMs;
      if (date !== undefined) offsetMs = Date.parse(date) - NOW;
      return offsetMs !== before;
    },
  };
  return { clock, told };
}

describe("createSts where STS has another time", () => {
  const DATE = "Thu, 15 Jan 2026 12:07:00 GMT";
  const late = {
    status: 403,
    headers: { date: DATE },
    body: stsError("SignatureDoesNotMatch", "Signature expired"),
  };

  it("S2.12 learns it, signs anew and asks once more", async () => {
    const { clock, told } = learner();
    const { ask, headers } = start([late], clock);
    await expect(ask("AssumeRole")).resolves.toBe(3);
    expect(told).toEqual([DATE]);
    expect(headers().map((one) => one["x-amz-date"])).toEqual(["20260115T120000Z", "20260115T120700Z"]);
  });

  it("asks once more and no oftener", async () => {
    const { clock } = learner();
    const later = { ...late, headers: { date: "Thu, 15 Jan 2026 12:14:00 GMT" } };
    const { ask, asked } = start([late, later, later], clock);
    expect(await endOf(ask("AssumeRole"))).toMatchObject({ code: "credentials-unavailable" });
    expect(asked).toHaveLength(2);
  });

  it("asks once more where somebody else taught the clock meanwhile", async () => {
    let offsetMs = 0;
    const clock: ClockOffset = {
      now: () => NOW + offsetMs,
      offsetMs: () => offsetMs,
      learn: () => false,
    };
    const { ask, asked } = start([late], clock);
    const answer = ask("AssumeRole");
    offsetMs = 420_000;
    await expect(answer).resolves.toBe(3);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ["nothing is learnt", { ...late, headers: {} }],
    ["the date stands twice", { ...late, headers: { date: [DATE, DATE] } }],
    ["the signature itself is wrong", { ...late, body: stsError("SignatureDoesNotMatch", "does not match") }],
    ["the error is another", { ...late, body: stsError("AccessDenied") }],
  ])("does not ask again where %s", async (_what, reply) => {
    const { clock } = learner();
    const { ask, asked } = start([reply], clock);
    await endOf(ask("AssumeRole"));
    expect(asked).toHaveLength(1);
    expect(clock.offsetMs()).toBe(0);
  });

  it("learns nothing from the answer to a question that was not signed", async () => {
    const { clock, told } = learner();
    const { ask, asked } = start([late], clock);
    await endOf(ask("AssumeRoleWithWebIdentity"));
    expect([told.length, asked.length]).toEqual([0, 1]);
  });
});
