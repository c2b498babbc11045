import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkAccessToken } from "../access-token.ts";
import { checkDoor } from "../door.ts";
import { RESERVED } from "../pages/reserved.ts";
import { withWish } from "../role-wish.ts";
import { checkAmbientUpgrade, checkOrigin } from "../tunnels/check-origin.ts";
import { type Handshake, webSocketLines } from "../tunnels/handshake.ts";
import { mqttSubprotocolOf } from "../tunnels/mqtt-subprotocol.ts";
import { webSocketOf } from "../tunnels/opening.ts";
import type { Findings } from "./findings.ts";
import { contextOf, type ExplainParts, identify } from "./parts.ts";
import type { Question } from "./question.ts";
import { giveRole } from "./role.ts";
import { explainRules } from "./rules.ts";
import { explainSigning } from "./signing.ts";

/** The way of `upgrade`, up to where a tunnel would be open. */
export async function walkUpgrade(
  parts: ExplainParts,
  question: Question,
  handshake: Handshake,
  findings: Findings,
): Promise<void> {
  const { policy, route, ambient } = parts;
  const { head } = handshake;
  const context = contextOf(parts, question);
  if (head.target.startsWith(RESERVED))
    throw new Refusal("upgrade-not-accepted", { detail: "a page of Postern's own" });
  checkDoor(head, "1.1", "websocket");
  findings.stage = "route";
  const { live, target } = route(head);
  const { rules, port } = webSocketOf(live);
  checkOrigin(handshake, rules);
  findings.stage = "identity";
  const caller = await identify(parts, question, head.headers, context);
  findings.caller = caller;
  checkAmbientUpgrade(head, caller, ambient, rules);
  findings.stage = "operation";
  const operation = port.open({ ...head, target }, live.upstream);
  findings.operation = operation;
  findings.stage = "policy";
  if (port.carries === "mqtt") {
    const { actionPrefix } = live.upstream;
    if (!policy.mayUse(caller, actionPrefix, context.nowMs)) throw findings.mayNothing(actionPrefix);
    return checkMqtt(head.headers, findings);
  }
  const ruled = findings.ruled(explainRules(policy, caller, operation, context));
  findings.stage = "credentials";
  const permit = withWish(head.headers, ruled, caller);
  findings.stage = "signing";
  webSocketLines(head.headers);
  findings.stage = "credentials";
  if (live.auth === "token") return checkAccessToken(caller);
  giveRole(parts, findings, permit, caller);
  findings.stage = "signing";
  const { nowMs } = context;
  findings.canonicalRequest = explainSigning(head, { operation, live, caller, nowMs });
}

/** A connection is opened for whoever may do anything there. What may go over it is asked packet by packet. */
function checkMqtt(headers: Headers, findings: Findings): void {
  findings.stage = "signing";
  webSocketLines(headers);
  mqttSubprotocolOf(headers);
}
