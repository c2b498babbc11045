import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { createTracer, type Trace } from "../../src/proxy/trace.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const UUID = "3f1c2b4a-5d6e-4f70-8a9b-0c1d2e3f4a5b";

const always = createTracer(() => () => true);
const never = createTracer(() => () => false);
const off = createTracer(() => undefined);

function traced(
  tracer: typeof always,
  headers: Readonly<Record<string, string>>,
  requestId = UUID,
): Trace | undefined {
  return tracer(readHeaders(Object.entries(headers).flat()), requestId);
}

describe("with a traceparent", () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true, "01"],
    [`00-${TRACE}-${PARENT}-00`, false, "00"],
    [`00-${TRACE}-${PARENT}-03`, true, "03"],
    [`00-${TRACE}-${PARENT}-ff`, true, "03"],
    [`cc-${TRACE}-${PARENT}-01`, true, "01"],
    [`cc-${TRACE}-${PARENT}-01-what-the-future-brings`, true, "01"],
  ])("goes on with the trace, as it says: %s", (traceparent, isSampled, flags) => {
    const trace = traced(never, { traceparent, tracestate: "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE" });
    expect(trace).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, isSampled });
    expect(trace?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace?.lines).toEqual([
      ["traceparent", `00-${TRACE}-${trace?.spanId}-${flags}`],
      ["tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    ]);
  });

  it.each([
    "",
    "00",
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01-`,
    `00-${TRACE}-${PARENT}-01-more`,
    `cc-${TRACE}-${PARENT}-01.more`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-0g`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\n`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  ])("that is not well-formed, begins another trace, and drops the state: %j", (traceparent) => {
    const trace = traced(always, { traceparent, tracestate: "rojo=1" });
    expect(trace).toMatchObject({ traceId: UUID.replaceAll("-", ""), parentSpanId: undefined });
    expect(trace?.lines.map(([name]) => name)).toEqual(["traceparent"]);
  });

  it.each([
    ["rojo=1", true],
    ["rojo=1, congo=2 ,,a@b=c d", true],
    ["9rojo=1", true],
    ["Rojo=1", false],
    ["rojo", false],
    ["rojo==1", false],
    ["rojo=1\u0007", false],
    ["rojo=ü", false],
    [`rojo=${"1".repeat(508)}`, false],
    [Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(","), false],
  ])("passes the state %j on: %s", (tracestate, passes) => {
    const { lines = [] } = traced(always, { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate }) ?? {};
    expect(lines.slice(1)).toEqual(passes ? [["tracestate", tracestate]] : []);
  });
});

describe("without one", () => {
  it("begins a trace that has the request's id where that is a random UUID, and another id where a client chose it", () => {
    expect(traced(always, {})).toMatchObject({ traceId: UUID.replaceAll("-", ""), isSampled: true });
    const other = traced(always, {}, "my-request-1")?.traceId;
    expect(other).toMatch(/^[0-9a-f]{32}$/);
    expect(other).not.toBe(traced(always, {}, "my-request-1")?.traceId);
  });

  it("keeps what the sampler says", () => {
    expect(traced(always, {})?.lines[0]?.[1]).toMatch(/-03$/);
    expect(traced(never, {})?.lines[0]?.[1]).toMatch(/-02$/);
    expect(traced(never, {})?.isSampled).toBe(false);
  });

  it("has a span id of its own each time", () => {
    const ids = new Set(Array.from({ length: 2000 }, () => traced(always, {})?.spanId));
    expect(ids.size).toBe(2000);
  });
});

describe("where no spans are made", () => {
  it("reads what came, for the log, and changes nothing of it", () => {
    expect(traced(off, { traceparent: `00-${TRACE}-${PARENT}-01` })).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
      spanId: undefined,
      lines: [],
    });
  });

  it("begins none", () => {
    expect(traced(off, {})).toBeUndefined();
    expect(traced(off, { traceparent: "junk" })).toBeUndefined();
  });
});

it("makes a well-formed traceparent whatever comes", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary-ascii" }),
      fc.string({ unit: "binary-ascii" }),
      (traceparent, tracestate) => {
        const [line] = traced(always, { traceparent, tracestate })?.lines ?? [];
        expect(line?.[1]).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/);
      },
    ),
  );
});
