import { endpointOf } from "../aws/endpoint.ts";
import { parseStrictJson } from "../aws/strict-json.ts";
import type { Caller } from "../domain/caller.ts";
import { headerRecord } from "../domain/head.ts";
import { encodePercent } from "../domain/percent.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Call } from "../outbound/call.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import { hashPayload } from "../signing/payload.ts";
import type { Signer } from "../signing/sign.ts";
import { unusable } from "./answered-credentials.ts";
import type { Ambient } from "./assume-role.ts";
import { type Meaning, refusalOf } from "./aws-error.ts";
import type { ExchangeCall } from "./exchange.ts";
import { IDENTITY_ID } from "./identity-pool-calls.ts";
import { createInTime } from "./in-time.ts";
import { readJsonError } from "./json-error.ts";

/** What {@link createIotPolicyCalls} needs. */
export interface IotPolicyCallsOptions {
  readonly region: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  /** The clock of an origin. */
  readonly clockOffsetOf: (origin: string) => ClockOffset;
  /** Who asks: Postern itself, and never a caller. */
  readonly ambient: Ambient;
}

/**
 * The calls of AWS IoT's control plane that are about policies (AWS IoT API reference, 2015-05-28), signed by Postern itself. Its
 * credentials need `iot:GetPolicy` on the policy, and `iot:AttachPolicy` on `*`: an identity has no ARN.
 *
 * Each throws Refusal credentials-refused, credentials-unavailable or credentials-throttled.
 */
export interface IotPolicyCalls {
  /** The document of the policy's default version: JSON, as it was written. */
  readonly getDocument: (policy: string, caller: Caller) => Promise<string>;
  /** Attaches a policy to an identity, where it may be attached already. */
  readonly attach: (policy: string, identityId: string, caller: Caller) => Promise<void>;
}

/** What the errors mean (AWS IoT API reference, "Errors"). Each but the last four is decided about Postern, not about a token. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["AccessDeniedException", "denied"],
  ["UnauthorizedException", "denied"],
  ["ResourceNotFoundException", "denied"], // no such policy
  ["InvalidRequestException", "denied"],
  ["LimitExceededException", "denied"], // as many policies as an identity may have
  ["ThrottlingException", "throttled"],
  ["InternalFailureException", "failed"],
  ["ServiceUnavailableException", "failed"],
]);

interface Asked<T> {
  readonly operation: "GetPolicy" | "AttachPolicy";
  readonly method: Call["method"];
  readonly path: string;
  readonly input?: object;
  readonly caller: Caller;
  readonly read: (body: string) => T;
}

/** Makes the calls to AWS IoT in one region. */
export function createIotPolicyCalls(options: IotPolicyCallsOptions): IotPolicyCalls {
  const { region, endpoint, exchange, clockOffsetOf, ambient } = options;
  const origin = endpointOf("iot", region, endpoint);
  const clock = clockOffsetOf(origin);
  const inTime = createInTime(clock);
  const sign = createSigning(origin, options, clock);

  const ask = <T>({ operation, caller, read, ...asked }: Asked<T>): Promise<T> =>
    inTime(async (seeError) =>
      exchange({
        service: "iot",
        operation,
        caller,
        call: sign(asked, await ambient()),
        read,
        refusalOf: (reply) => {
          const error = readJsonError(reply);
          seeError(reply, error);
          return refusalOf(
            { operation, status: reply.status, type: error.code },
            MEANINGS,
            "credentials-refused",
          );
        },
      }),
    );

  return {
    getDocument: (policy, caller) =>
      ask({
        operation: "GetPolicy",
        method: "GET",
        path: `/policies/${encodePercent(policy)}`,
        caller,
        read: readDocument,
      }),
    attach: async (policy, identityId, caller) => {
      // A certificate or a group of things is named in the same place.
      if (!IDENTITY_ID.test(identityId)) throw new Refusal("internal", { detail: "no identity id" });
      return ask({
        operation: "AttachPolicy",
        method: "PUT",
        path: `/target-policies/${encodePercent(policy)}`,
        input: { target: identityId },
        caller,
        read: () => {},
      });
    },
  };
}

/** Makes what signs a call, body and all. */
function createSigning(origin: string, { region, signer }: IotPolicyCallsOptions, clock: ClockOffset) {
  const { host } = new URL(origin);
  return (
    { method, path, input }: Pick<Asked<unknown>, "method" | "path" | "input">,
    credentials: Awaited<ReturnType<Ambient>>,
  ): Call => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const unsigned = { host, ...(body !== undefined && { "content-type": "application/json" }) };
    const added = signer.sign({
      method,
      path,
      query: "",
      headers: Object.entries(unsigned),
      payloadHash: hashPayload(Buffer.from(body ?? "")),
      service: "iot",
      region,
      credentials,
      nowMs: clock.now(),
    });
    const headers = { ...unsigned, ...headerRecord(added) };
    return { url: `${origin}${path}`, method, headers, ...(body !== undefined && { body }) };
  };
}

function readDocument(body: string): string {
  try {
    const { policyDocument } = parseStrictJson(body);
    if (typeof policyDocument === "string") return policyDocument;
  } catch {
    // what follows says it
  }
  throw unusable("GetPolicy answered no policy document");
}
