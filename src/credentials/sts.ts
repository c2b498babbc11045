import { endpointOf } from "../aws/endpoint.ts";
import { headerRecord } from "../domain/head.ts";
import { encodePercent } from "../domain/percent.ts";
import type { Call } from "../outbound/call.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import { hashPayload } from "../signing/payload.ts";
import type { Signer } from "../signing/sign.ts";
import type { ExchangeCall } from "./exchange.ts";
import { createInTime } from "./in-time.ts";
import { readStsError, readStsResult } from "./sts-answer.ts";
import { stsRefusal } from "./sts-errors.ts";
import type { AskSts, Parameter, StsQuestion } from "./sts-question.ts";

/** What {@link createSts} needs. */
export interface StsOptions {
  readonly region: string;
  /** {@link stsOrigin}. */
  readonly origin: string;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  /** Tells the time at STS. */
  readonly clock: ClockOffset;
}

/** Where the STS of a region is; the global one is no longer advised (AWS STS API reference, "Endpoints"). */
export function stsOrigin(region: string, override: string | undefined): string {
  return endpointOf("sts", region, override);
}

/** Makes the way to a region's STS (query protocol, 2011-06-15). */
export function createSts(options: StsOptions): AskSts {
  const { exchange, clock } = options;
  const callOf = createCalls(options);
  const inTime = createInTime(clock);

  return (question) =>
    inTime(async (seeError) => {
      const { action, caller, signedBy, read } = question;
      return exchange({
        service: "sts",
        operation: action,
        caller,
        call: callOf(question),
        read: (body) => read(readStsResult(action, body)),
        refusalOf: (reply) => {
          const error = readStsError(reply.body);
          if (signedBy !== undefined) seeError(reply, error);
          return stsRefusal(action, reply.status, error);
        },
      });
    });
}

const VERSION = "2011-06-15";
const CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8";

/** Makes the call of a question, signed or not. */
function createCalls({ region, origin, signer, clock }: StsOptions) {
  const unsigned = { host: new URL(origin).host, "content-type": CONTENT_TYPE };
  return ({ action, parameters, signedBy: credentials }: StsQuestion<unknown>): Call => {
    const body = formOf([["Action", action], ["Version", VERSION], ...parameters]);
    const call: Call = { url: `${origin}/`, method: "POST", headers: unsigned, body };
    if (credentials === undefined) return call;
    const added = signer.sign({
      method: "POST",
      path: "/",
      query: "",
      headers: Object.entries(unsigned),
      payloadHash: hashPayload(Buffer.from(body)),
      service: "sts",
      region,
      credentials,
      nowMs: clock.now(),
    });
    return { ...call, headers: { ...unsigned, ...headerRecord(added) } };
  };
}

function formOf(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => `${encodePercent(name)}=${encodePercent(value)}`).join("&");
}
