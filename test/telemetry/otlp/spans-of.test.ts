import { resourceFromAttributes } from "@opentelemetry/resources";
import { describe, expect, it } from "vitest";
import { spansOf } from "../../../src/telemetry/otlp/spans-of.ts";
import { outcomeOf } from "../outcomes.ts";

let ids = 0;
const ORIGIN = {
  resource: resourceFromAttributes({ "service.name": "postern" }),
  scope: { name: "postern", version: "0" },
  newSpanId: () => String(++ids).padStart(16, "0"),
};
const TRACED = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  parentSpanId: "00f067aa0ba902b7",
  isSampled: true,
};
const ENDED = 1_800_000_000_500;

describe("a request's spans", () => {
  it("are one of a server, below the client's, and one for each stage that waited, one after the other", () => {
    const stages = { identity: 0.01, operation: 1, decision: 0.2, credentials: 40, upstream: 100, answer: 5 };
    const [server, credentials, upstream, ...more] = spansOf(
      outcomeOf({ ...TRACED, stages, durationMs: 150 }),
      ENDED,
      ORIGIN,
    );
    expect(more).toEqual([]);
    expect(server).toMatchObject({
      name: "s3 GetObject",
      kind: 1,
      parentSpanContext: { traceId: TRACED.traceId, spanId: TRACED.parentSpanId, isRemote: true },
      startTime: [1_800_000_000, 350_000_000],
      endTime: [1_800_000_000, 500_000_000],
      status: { code: 0 },
      attributes: {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "rpc.system": "aws-api",
        "rpc.service": "s3",
        "rpc.method": "GetObject",
        "postern.upstream": "s3",
        "postern.verdict": "permit",
        "postern.rule": "analysts read reports",
      },
    });
    expect(server?.spanContext()).toEqual({ traceId: TRACED.traceId, spanId: TRACED.spanId, traceFlags: 1 });
    expect(
      [credentials, upstream].map((span) => [span?.name, span?.kind, span?.parentSpanContext?.spanId]),
    ).toEqual([
      ["credentials", 0, TRACED.spanId],
      ["upstream", 2, TRACED.spanId],
    ]);
    expect(upstream?.startTime).toEqual(credentials?.endTime);
  });

  it("are none where the trace is not kept, or there is none", () => {
    expect(spansOf(outcomeOf({ ...TRACED, isSampled: false }), ENDED, ORIGIN)).toEqual([]);
    expect(spansOf(outcomeOf({ ...TRACED, spanId: undefined }), ENDED, ORIGIN)).toEqual([]);
    expect(spansOf(outcomeOf(), ENDED, ORIGIN)).toEqual([]);
  });

  it.each([
    [{ status: 502, reason: "upstream-unreachable" }, 2],
    [{ outcome: "upstream-broken" }, 2],
    [{ status: 403, reason: "denied-no-rule" }, 0],
  ] as const)("say of %j whether it is an error: %i", (changes, code) => {
    expect(spansOf(outcomeOf({ ...TRACED, ...changes }), ENDED, ORIGIN)[0]?.status).toEqual({ code });
  });

  it("tell nothing of callers, paths and keys, and no word of a client's", () => {
    const told = JSON.stringify(
      spansOf(outcomeOf({ ...TRACED, method: "EVIL", operation: undefined }), ENDED, ORIGIN).map(
        ({ name, attributes }) => [name, attributes],
      ),
    );
    for (const word of ["EVIL", "q3.txt", 'analysts"', "aaaa-4000", "Wm9vbWVkLWluLWhl", "ASIA"])
      expect(told).not.toContain(word);
    expect(told).toContain("_OTHER");
  });
});
