import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.ts";
import { createCallerNamer, Visit } from "../../src/proxy/visit.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { callerOf } from "../support/callers.ts";

function aVisit(...headers: readonly string[]): { visit: Visit; outcomes: Outcome[] } {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { rawHeaders: headers, method: "GET", url: "/" });
  const outcomes: Outcome[] = [];
  const registrar = {
    record: (outcome: Outcome) => void outcomes.push(outcome),
    nameCaller: () => "somebody",
  };
  return { visit: new Visit(request, new ServerResponse(request), registrar, false), outcomes };
}

describe("a visit", () => {
  it("ends once, and the first end counts", () => {
    const { visit, outcomes } = aVisit();
    visit.end({ refusal: new Refusal("denied-no-rule", { detail: "s3:GetObject" }) });
    visit.end({});
    visit.end({ refusal: new Refusal("internal") });
    expect(outcomes).toMatchObject([
      { outcome: "refused", reason: "denied-no-rule", detail: "s3:GetObject", upstream: "none" },
    ]);
  });

  it("of which no answer was sent ended with the client gone", () => {
    const { visit, outcomes } = aVisit();
    visit.end({});
    expect(outcomes).toMatchObject([{ outcome: "client-gone", status: 499, caller: undefined }]);
  });

  it("keeps a request id that is one, and makes its own for any other", () => {
    expect(aVisit("X-Request-Id", "abcd-1234").visit.requestId).toBe("abcd-1234");
    for (const id of ["short", "a".repeat(65), "with space", "new\\nline", "<script>", "", "über-lange-id"]) {
      expect(aVisit("X-Request-Id", id).visit.requestId, id).toMatch(/^[\da-f-]{36}$/);
    }
    expect(aVisit("X-Request-Id", "abcd-1234", "X-Request-Id", "abcd-1234").visit.requestId).not.toContain(
      ",",
    );
  });
});

it("a caller has one name in a log, which another run or another caller does not share", () => {
  const [anna, bert] = [callerOf({ digest: "anna" }), callerOf({ digest: "bert" })];
  const name = createCallerNamer();
  expect(name(anna)).toBe(name(callerOf({ digest: "anna" })));
  expect(name(anna)).not.toBe(name(bert));
  expect(name(anna)).not.toBe(createCallerNamer()(anna));
  expect(name(anna)).toMatch(/^[\w-]{16}$/);
});
