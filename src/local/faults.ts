import { setTimeout as sleep } from "node:timers/promises";
import {
  CutConnection,
  cutAfter,
  dripped,
  malformedAnswer,
  padded,
  withEmptyCredentials,
  withPastExpiration,
} from "./disturbed-answer.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer } from "./request.ts";

/** Something that goes wrong on purpose. */
export type Effect =
  /** The call waits first, and then goes on. */
  | { readonly kind: "latency"; readonly ms: number }
  /** The call is refused as its service refuses too many calls. */
  | { readonly kind: "throttle" }
  /** The call is refused in its service's form; `code` is by default what the services say at a 5xx. */
  | { readonly kind: "error"; readonly status: number; readonly code?: string; readonly message?: string }
  /** The connection is cut: at once, or after so many bytes of the answer's body. */
  | { readonly kind: "cut"; readonly afterBytes?: number }
  /** The answer is 200, and its body is nothing that anybody can read. */
  | { readonly kind: "malformed" }
  /** This stands in the place of the answer, whatever it is. */
  | { readonly kind: "answer"; readonly answer: LocalAnswer }
  /** The answer comes one byte at a time, each after a pause. */
  | { readonly kind: "drip"; readonly ms: number }
  /** The answer goes on until it has so many bytes: by default in white space, which leaves it valid. */
  | { readonly kind: "big"; readonly bytes: number; readonly filler?: "space" | "junk" }
  /** The credentials in the answer have expired long ago. */
  | { readonly kind: "expired-credentials" }
  /** The credentials in the answer are there and empty. */
  | { readonly kind: "empty-credentials" };

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
  /** Cuts every call of these services, whatever other faults there are; the answer brings them up again. */
  readonly down: (...services: readonly string[]) => () => void;
  readonly isDown: (service: string) => boolean;
  /** What a call has coming, once it has waited for any latencies; both count as used. */
  readonly meet: (service: string, operation: string) => Promise<Disturbance | undefined>;
  /** Takes every fault away, outages too. */
  readonly clear: () => void;
}

/** Makes switches that are all off. */
export function createFaults(): Faults {
  const faults = new Map<Fault, number>();
  const outages = new Set<readonly string[]>();
  const isDown = (service: string): boolean => [...outages].some((services) => services.includes(service));
  return {
    add: (fault) => {
      const own = { ...fault };
      faults.set(own, fault.times ?? Infinity);
      return () => void faults.delete(own);
    },
    down: (...services) => {
      outages.add(services);
      return () => void outages.delete(services);
    },
    isDown,
    meet: async (service, operation) => {
      if (isDown(service)) return { kind: "cut" };
      for (const [fault, left] of faults) {
        if ((fault.service ?? service) !== service || (fault.operation ?? operation) !== operation) continue;
        if (left <= 1) faults.delete(fault);
        else faults.set(fault, left - 1);
        if (fault.effect.kind !== "latency") return fault.effect;
        await sleep(fault.effect.ms);
      }
      return undefined;
    },
    clear: () => {
      faults.clear();
      outages.clear();
    },
  };
}

/**
 * What a call gets instead of its answer; `run` gives the answer, where some of it is left.
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
    case "answer":
      return disturbance.answer;
    case "drip":
      return dripped(await run(), disturbance.ms);
    case "big":
      return padded(await run(), disturbance.bytes, disturbance.filler ?? "space");
    case "expired-credentials":
      return withPastExpiration(await run());
    case "empty-credentials":
      return withEmptyCredentials(await run());
  }
  return disturbance satisfies never;
}

/** The refusal of a service that has a fault of its own; 500 by default. */
export function internalError(
  service: string,
  {
    status = 500,
    code = INTERNAL[service] ?? "InternalFailure",
    message = "We encountered an internal error. Please try again.",
  }: { readonly status?: number; readonly code?: string; readonly message?: string } = {},
): LocalError {
  return new LocalError(code, message, status);
}

function throttled(service: string): LocalError {
  const [code, message, status] = THROTTLES[service] ?? ["ThrottlingException", "Rate exceeded", 400];
  return new LocalError(code, message, status);
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
