import { readMqttAsk } from "../../aws/iot/mqtt-ask.ts";
import { MQTT_PATH } from "../../aws/iot/mqtt-operation.ts";
import type { Upstream } from "../../aws/service.ts";
import type { Decision } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { decide } from "../../policy/decide.ts";
import { checkDoor } from "../door.ts";
import { withWish } from "../role-wish.ts";
import { isSameGrant } from "../tunnels/opening.ts";
import { arrive } from "./arrival.ts";
import type { Findings } from "./findings.ts";
import { contextOf, type ExplainParts, identify } from "./parts.ts";
import type { PacketQuestion } from "./question.ts";
import { giveRole } from "./role.ts";
import { explainRules } from "./rules.ts";

/** The way of an MQTT packet: that of its connection's handshake up to the caller, and then its own. */
export async function walkPacket(
  parts: ExplainParts,
  question: PacketQuestion,
  findings: Findings,
): Promise<void> {
  const { policy, mqtt, arrival } = parts;
  const context = contextOf(parts, question);
  const { head } = arrive({ ...question, method: "GET", target: MQTT_PATH }, arrival);
  checkDoor(head);
  findings.stage = "route";
  const upstream = named(mqtt, question.upstream);
  findings.stage = "identity";
  const caller = await identify(parts, question, head.headers, context);
  findings.caller = caller;
  findings.stage = "operation";
  const packet = readMqttAsk(question.mqtt, upstream);
  const connect = connectBefore(question, upstream);
  const operation = connect === undefined ? packet : together(connect, packet);
  findings.operation = operation;
  findings.stage = "policy";
  const { decision, rules } = explainRules(policy, caller, operation, context);
  const connected = connect && decide(policy, caller, connect, context);
  const ruled = findings.ruled({ decision: heldTo(connected, decision), rules });
  findings.stage = "credentials";
  giveRole(parts, findings, withWish(head.headers, ruled, caller), caller);
}

function named(upstreams: readonly Upstream[], name: string | undefined): Upstream {
  const [found, ...more] = upstreams.filter((one) => name === undefined || one.name === name);
  if (found !== undefined && more.length === 0) return found;
  const names = upstreams.map((one) => one.name).join(", ");
  const detail = names === "" ? "no upstream takes MQTT" : `say which upstream that takes MQTT: ${names}`;
  throw new Refusal("upstream-unknown", { detail });
}

function connectBefore({ clientId }: PacketQuestion, upstream: Upstream): Operation | undefined {
  return clientId === undefined
    ? undefined
    : readMqttAsk({ kind: "connect", clientId, will: undefined }, upstream);
}

function together(connect: Operation, packet: Operation): Operation {
  return { ...packet, requirements: [...connect.requirements, ...packet.requirements] };
}

/** What goes over a connection has to be allowed with the credentials that its CONNECT has got. */
function heldTo(connected: Decision | undefined, both: Decision): Decision {
  if (connected?.verdict !== "permit" || both.verdict === "denial" || isSameGrant(both, connected))
    return both;
  return {
    verdict: "denial",
    reason: "roles-disagree",
    rule: `${connected.rule}, ${both.rule}`,
    detail: "allowed, but not with the credentials of the CONNECT",
  };
}
