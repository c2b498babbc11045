import { randomFillSync } from "node:crypto";
import type { Headers } from "../domain/head.ts";
import type { HeaderLine } from "../domain/operation.ts";

/** The place of a request in a trace (W3C Trace Context). */
export interface Trace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: of the client's span. Undefined where the trace begins here. */
  readonly parentSpanId: string | undefined;
  /** 16 hex digits: of Postern's own span. Undefined where it makes none, and the trace passes it by. */
  readonly spanId: string | undefined;
  readonly isSampled: boolean;
  /** What an application is told of it, in place of what the client said; nothing where the trace passes Postern by. */
  readonly lines: readonly HeaderLine[];
}

/** Finds a request's place in a trace; undefined where it has none. */
export type Tracer = (headers: Headers, requestId: string) => Trace | undefined;

/** Of a request that no trace came with: whether one that begins here is kept. Undefined where none begins here. */
export type Sampler = (() => boolean) | undefined;

/** Headers of W3C Trace Context, by which a client's are left behind where Postern has its own. */
export const TRACE_HEADERS: readonly HeaderLine[] = [
  ["traceparent", ""],
  ["tracestate", ""],
];

/**
 * Makes the tracer. Without a sampler it only reads what came, and applications are told what the client says: who makes no
 * span must not stand in a trace. A traceparent that is not well-formed begins another trace, and is no reason to refuse.
 */
export function createTracer(sampler: () => Sampler): Tracer {
  return (headers, requestId) => {
    const came = readTraceparent(headers.get("traceparent"));
    const sample = sampler();
    if (sample === undefined) return came && { ...came, spanId: undefined, lines: [] };
    const { traceId, parentSpanId, isSampled, flags } = came ?? beginning(requestId, sample());
    const spanId = randomHex(8);
    const traceparent: HeaderLine = ["traceparent", `00-${traceId}-${spanId}-${flags}`];
    const state = came && readTracestate(headers.get("tracestate"));
    const lines: readonly HeaderLine[] =
      state === undefined ? [traceparent] : [traceparent, ["tracestate", state]];
    return { traceId, parentSpanId, spanId, isSampled, lines };
  };
}

/** What a `traceparent` says. */
interface Parent extends Pick<Trace, "traceId" | "parentSpanId" | "isSampled"> {
  /** Two hex digits: those of its flags that are passed on. */
  readonly flags: string;
}

/**
 * Version, trace id, parent id and flags. Of a later version what comes behind them is not known (W3C Trace Context section
 * 3.2.2).
 */
const TRACEPARENT =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?!0{32})(?<traceId>[0-9a-f]{32})-(?!0{16})(?<parentId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

const SAMPLED = 0x01;
/** Whether the right half of the trace id is random, as samplers may want it (level 2 of the specification). */
const RANDOM = 0x02;

function readTraceparent(text: string | undefined): Parent | undefined {
  if (text === undefined) return undefined;
  const { version, traceId, parentId, flags = "", more } = TRACEPARENT.exec(text)?.groups ?? {};
  if (traceId === undefined || (version === "00" && more !== undefined)) return undefined;
  const bits = Number.parseInt(flags, 16);
  return {
    traceId,
    parentSpanId: parentId,
    isSampled: (bits & SAMPLED) !== 0,
    flags: hexOf(bits & (SAMPLED | RANDOM)),
  };
}

/** A random UUID, which most request ids are: its last seven bytes are random (RFC 9562 section 5.4). */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function beginning(requestId: string, isSampled: boolean): Parent {
  const traceId = UUID.test(requestId) ? requestId.replaceAll("-", "") : randomHex(16);
  return { traceId, parentSpanId: undefined, isSampled, flags: hexOf(RANDOM | (isSampled ? SAMPLED : 0)) };
}

function hexOf(bits: number): string {
  return bits.toString(16).padStart(2, "0");
}

const MAX_STATE_LENGTH = 512;
const MAX_MEMBERS = 32;
/** A member of the list: a key, and a value without `,` or `=` (section 3.3.1.3). */
const MEMBER = /^[ \t]*(?:[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~])?[ \t]*$/;

/** A list that is not well-formed is dropped whole; empty members are allowed in it. */
function readTracestate(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_STATE_LENGTH) return undefined;
  const members = text.split(",");
  return members.length <= MAX_MEMBERS && members.every((member) => MEMBER.test(member)) ? text : undefined;
}

/** Random bytes for many ids at once: asking for a few each time costs ten times as much. */
const POOL = Buffer.alloc(4096);
let used = POOL.length;

function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const hex = POOL.toString("hex", used, used + bytes);
  used += bytes;
  // An id of zeros alone is none.
  return /[^0]/.test(hex) ? hex : randomHex(bytes);
}
