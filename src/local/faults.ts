import { setTimeout as sleep } from "node:timers/promises";
import { damaged } from "./damage.ts";
import type { Damage } from "./damage.ts";
import { CutConnection, malformedAnswer, redirectTo } from "./disturbed-answer.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer } from "./request.ts";
import { signatureRefusal } from "./signature-refusal.ts";
import type { Head } from "./signature-refusal.ts";

/** Something that goes wrong on purpose. */
export type Effect =
  /** The call waits first, and then goes on. */
  { readonly kind: "latency"; readonly ms: number } | Disturbance;

/** An effect that takes the place of an answer. */
export type Disturbance = Replacement | Damage;

/** What stands where an answer would be; the call itself is not made. */
type Replacement =
  /** The call is refused as its service refuses too many calls. */
  | { readonly kind: "throttle" }
  /** The call is refused in its service's form; `code` is by default what the services say at a 5xx. */
  | { readonly kind: "error"; readonly status: number; readonly code?: string; readonly message?: string }
  /** The signature is refused, in a document that shows all that was signed. */
  | { readonly kind: "signature-refusal" }
  /** The connection is cut at once. */
  | { readonly kind: "cut"; readonly afterBytes?: undefined }
  /** The answer is 200, and its body is nothing that anybody can read. */
  | { readonly kind: "malformed" }
  /** The answer is a redirect, in the words of S3; 307 by default. */
  | { readonly kind: "redirect"; readonly location: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** This stands in the place of the answer, whatever it is. */
  | { readonly kind: "answer"; readonly answer: LocalAnswer };

/** Which calls an effect is for; what is left out matches every call. */
export interface Fault {
  /** The signing name, such as `s3` or `execute-api`, `cognito-identity`, `cognito-idp`, or `user-pool` for its web endpoints. */
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
 * What a call gets instead of its answer; `run` gives the answer, where some of it is left, and `head` is what the call
 * looked like, where that is told.
 *
 * @throws LocalError in the words of the service
 * @throws CutConnection
 */
export async function suffer(
  service: string,
  disturbance: Disturbance,
  run: () => Promise<LocalAnswer>,
  head: Head = { method: "", target: "", rawHeaders: [] },
): Promise<LocalAnswer> {
  if (isDamage(disturbance)) return await damaged(disturbance, await run());
  switch (disturbance.kind) {
    case "throttle":
      throw throttled(service);
    case "error":
      throw internalError(service, disturbance);
    case "signature-refusal":
      throw signatureRefusal(service, head);
    case "cut":
      throw new CutConnection();
    case "malformed":
      return malformedAnswer(service);
    case "redirect":
      return redirectTo(disturbance.location, disturbance.status ?? 307);
    case "answer":
      return disturbance.answer;
  }
  return disturbance satisfies never;
}

function isDamage(disturbance: Disturbance): disturbance is Damage {
  const { kind } = disturbance;
  return kind === "cut" ? disturbance.afterBytes !== undefined : !REPLACES.has(kind);
}

const REPLACES: ReadonlySet<string> = new Set<Replacement["kind"]>([
  "throttle",
  "error",
  "signature-refusal",
  "malformed",
  "redirect",
  "answer",
]);

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
  sns: ["Throttling", "Rate exceeded", 400],
  "execute-api": ["TooManyRequestsException", "Too Many Requests", 429],
  lambda: ["TooManyRequestsException", "Rate Exceeded.", 429],
  iot: ["ThrottlingException", "Rate exceeded", 400],
  iotdevicegateway: ["ThrottlingException", "Rate exceeded", 429],
  kinesis: ["LimitExceededException", "Rate exceeded", 400],
  "cognito-identity": ["TooManyRequestsException", "Rate exceeded", 400],
  "cognito-idp": ["TooManyRequestsException", "Rate exceeded", 400],
  "user-pool": ["TooManyRequestsException", "Rate exceeded", 429],
};

const INTERNAL: Readonly<Record<string, string>> = {
  s3: "InternalError",
  dynamodb: "InternalServerError",
  "cognito-identity": "InternalErrorException",
  "cognito-idp": "InternalErrorException",
  "execute-api": "InternalServerErrorException",
  lambda: "ServiceException",
  iot: "InternalFailureException",
  iotdevicegateway: "InternalFailureException",
};
