import { Agent, request } from "undici";

/** One outward call of Postern's own: to a key set, an identity pool, STS or AWS IoT. */
export interface Call {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer, read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * Makes one call within its bounds. Rejects with an {@link OutboundError}, and with nothing else.
 *
 * @param signal ends the call before its time
 */
export type Outbound = (call: Call, signal?: AbortSignal) => Promise<Reply>;

/** Why there is no answer. */
export class OutboundError extends Error {
  readonly kind: "unreachable" | "timeout" | "too-large";

  constructor(kind: OutboundError["kind"], cause?: unknown) {
    super(`outward call: ${kind}`, { cause });
    this.name = "OutboundError";
    this.kind = kind;
  }
}

/** Bounds of every call. */
export interface OutboundLimits {
  /** For the whole call, from connecting to the last byte. Default 5 s. */
  readonly timeoutMs?: number;
  /** Of the answer. Default 256 KiB. */
  readonly maxBytes?: number;
}

/** To each origin: six hundred calls a second, each of a tenth of one. */
const CONNECTIONS = 64;

/**
 * Makes the outward caller. Redirects are never followed, and nothing is inflated, since no coding is asked for; an
 * answer of any status is an answer.
 */
export function createOutbound({ timeoutMs = 5000, maxBytes = 256 * 1024 }: OutboundLimits = {}): {
  readonly call: Outbound;
  readonly close: () => Promise<void>;
} {
  const agent = new Agent({
    connections: CONNECTIONS,
    keepAliveTimeout: 30_000,
    maxResponseSize: maxBytes,
  });
  const call: Outbound = async ({ url, method, headers, body }, ending) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = ending === undefined ? limit : AbortSignal.any([limit, ending]);
    try {
      const reply = await request(url, { dispatcher: agent, method, headers, body: body ?? null, signal });
      return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
    } catch (cause) {
      throw new OutboundError(kindOf(cause, signal), cause);
    }
  };
  return { call, close: () => agent.destroy() };
}

function kindOf(cause: unknown, signal: AbortSignal): OutboundError["kind"] {
  if (signal.aborted) return "timeout";
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return "too-large";
  return typeof code === "string" && /TIMED?OUT/.test(code) ? "timeout" : "unreachable";
}
