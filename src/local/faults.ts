import { setTimeout as sleep } from "node:timers/promises";
import { LocalError } from "./request.ts";
import type { LocalAnswer } from "./request.ts";

/** Something that goes wrong on purpose. */
export type Effect =
  /** The call waits first, and then goes on. */
  | { readonly kind: "latency"; readonly ms: number }
  /** The call is refused as its service refuses too many calls. */
  | { readonly kind: "throttle" }
  /** The call is refused; `code` is by default what the services say at a 5xx. */
  | { readonly kind: "error"; readonly status: number; readonly code?: string }
  /** The connection is cut: at once, or after so many bytes of the answer's body. */
  | { readonly kind: "cut"; readonly afterBytes?: number }
  /** The answer is 200, and its body is nothing that anybody can read. */
  | { readonly kind: "malformed" };

/** An effect that takes the place of an answer. */
export type Disturbance = Exclude<Effect, { kind: "latency" }>;

/** Which calls an effect is for; what is left out matches every call. */
export interface Fault {
  /** `s3`, `dynamodb`, `sts`, `cognito-identity`, `cognito-idp`, or `user-pool` for its web endpoints. */
  readonly service?: string;
  /** The API's name, such as `GetObject`; for `user-pool` the end of the path, such as `jwks.json`. */
  readonly operation?: string;
  /** How many calls it is for; all, when left out. */
  readonly times?: number;
  readonly effect: Effect;
}

/** The switches by which a test makes the stand-in fail. */
export interface Faults {
  /** Adds a fault behind those already there; the answer takes it away again. */
  readonly add: (fault: Fault) => () => void;
  /** What a call has coming, once it has waited for any latencies; both count as used. */
  readonly meet: (service: string, operation: string) => Promise<Disturbance | undefined>;
  readonly clear: () => void;
}

/** Thrown where a connection is gone, or shall be, and there is nobody to answer. */
export class CutConnection extends Error {
  constructor(options?: ErrorOptions) {
    super("the connection is cut", options);
    this.name = "CutConnection";
  }
}

/** Makes switches that are all off. */
export function createFaults(): Faults {
  const faults = new Map<Fault, number>();
  return {
    add: (fault) => {
      const own = { ...fault };
      faults.set(own, fault.times ?? Infinity);
      return () => void faults.delete(own);
    },
    meet: async (service, operation) => {
      for (const [fault, left] of faults) {
        if ((fault.service ?? service) !== service || (fault.operation ?? operation) !== operation) continue;
        if (left <= 1) faults.delete(fault);
        else faults.set(fault, left - 1);
        if (fault.effect.kind !== "latency") return fault.effect;
        await sleep(fault.effect.ms);
      }
      return undefined;
    },
    clear: () => faults.clear(),
  };
}

/**
 * What a call gets instead of its answer; `run` gives the answer of which a cut leaves the beginning.
 *
 * @throws LocalError in the words of the service
 * @throws CutConnection
 */
export async function suffer(
  service: string,
  disturbance: Disturbance,
  run: () => Promise<LocalAnswer>,
): Promise<LocalAnswer> {
  switch (disturbance.kind) {
    case "throttle":
      throw throttled(service);
    case "error":
      throw internalError(service, disturbance);
    case "cut":
      if (disturbance.afterBytes === undefined) throw new CutConnection();
      return cutAfter(await run(), disturbance.afterBytes);
    case "malformed":
      return malformedAnswer(service);
  }
  return disturbance satisfies never;
}

/** The refusal of a service that has a fault of its own; 500 by default. */
export function internalError(
  service: string,
  { status = 500, code }: { readonly status?: number; readonly code?: string } = {},
): LocalError {
  const message = "We encountered an internal error. Please try again.";
  return new LocalError(code ?? INTERNAL[service] ?? "InternalFailure", message, status);
}

function throttled(service: string): LocalError {
  const [code, message, status] = THROTTLES[service] ?? ["ThrottlingException", "Rate exceeded", 400];
  return new LocalError(code, message, status);
}

/** An answer that stops in the middle: the connection is cut there. */
function cutAfter(answer: LocalAnswer, bytes: number): LocalAnswer {
  const { body = Buffer.alloc(0) } = answer;
  const whole = typeof body === "string" ? Buffer.from(body) : body;
  const length = Buffer.isBuffer(whole) ? { "content-length": String(whole.length) } : {};
  const source = Buffer.isBuffer(whole) ? [whole] : whole;
  return { ...answer, headers: { ...answer.headers, ...length }, body: firstBytes(source, bytes) };
}

/** A success that no parser takes, whether it looks for XML or JSON. */
function malformedAnswer(service: string): LocalAnswer {
  const contentType =
    service === "s3" || service === "sts" ? "application/xml" : "application/x-amz-json-1.0";
  return { status: 200, headers: { "content-type": contentType }, body: '<{"unfinished": ' };
}

async function* firstBytes(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  bytes: number,
): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    if (chunk.length > left) {
      if (left > 0) yield chunk.subarray(0, left);
      break;
    }
    left -= chunk.length;
    yield chunk;
  }
  throw new CutConnection();
}

const THROTTLES: Readonly<Record<string, readonly [code: string, message: string, status: number]>> = {
  s3: ["SlowDown", "Please reduce your request rate.", 503],
  dynamodb: ["ThrottlingException", "Rate of requests exceeds the allowed throughput.", 400],
  sts: ["Throttling", "Rate exceeded", 400],
  "cognito-identity": ["TooManyRequestsException", "Rate exceeded", 400],
  "cognito-idp": ["TooManyRequestsException", "Rate exceeded", 400],
  "user-pool": ["TooManyRequestsException", "Rate exceeded", 429],
};

const INTERNAL: Readonly<Record<string, string>> = {
  s3: "InternalError",
  dynamodb: "InternalServerError",
  "cognito-identity": "InternalErrorException",
  "cognito-idp": "InternalErrorException",
};
