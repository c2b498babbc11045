import { type MqttAsk, readMqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { CachedBroker } from "../../credentials/cached.ts";
import type { IotParty } from "../../credentials/iot-policies.ts";
import type { Decision, Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal, type RefusalCode } from "../../domain/refusal.ts";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import { mqttTarget } from "../../signing/mqtt-url.ts";
import type { MqttDial, MqttTunnel } from "../../upstream/mqtt/open-mqtt.ts";
import { brokerFor } from "../attempt.ts";
import type { Visit } from "../visit.ts";
import { decideFor, isSameGrant, type Opening, review, wished } from "./opening.ts";
import type { TunnelFace, TunnelLife } from "./tunnel-life.ts";
import { judged } from "./tunnel-records.ts";

/** What was permitted with the CONNECT: all that follows is done with its credentials. */
interface Connected {
  readonly ask: MqttAsk;
  readonly operation: Operation;
  readonly permit: Permit;
  /** Of the source that gives them: another by the same name gives others. */
  readonly broker: CachedBroker;
}

/** Decides what goes over one tunnel, by the rules of the moment. */
export class MqttJudge {
  readonly #face: TunnelFace;
  readonly #visit: Visit;
  readonly #life: TunnelLife;
  /** As it was decided last. */
  #opening: Opening;
  #connected: Connected | undefined;
  #party: IotParty | undefined;
  /** How often all tunnels had been decided anew when this one was. */
  #reviewed: number;
  /** What the last of them said. */
  #mayGoOn = true;

  constructor(face: TunnelFace, visit: Visit, opening: Opening, life: TunnelLife) {
    this.#face = face;
    this.#visit = visit;
    this.#opening = opening;
    this.#reviewed = opening.since;
    this.#life = life;
  }

  decide(ask: MqttAsk): RefusalCode | undefined {
    const mayGoOn = this.#isReviewed();
    const read = (): Operation => {
      if (!mayGoOn) throw new Refusal("denied-no-rule", { detail: "the tunnel may not go on" });
      return readMqttAsk(ask, this.#opening.to.live.upstream);
    };
    const outcome = judged(this.#visit, NAMES[ask.kind], read, (operation) => this.#decideOn(operation, ask));
    this.#face.recorder.packet(outcome);
    return outcome.reason;
  }

  /** After a change it may take a moment until all tunnels were decided anew; no packet passes by half of it. */
  #isReviewed(): boolean {
    if (this.#reviewed !== this.#face.tunnels.reviews()) this.review();
    return this.#mayGoOn;
  }

  #decideOn(operation: Operation, ask: MqttAsk): Decision {
    const now = { ...this.#opening, pipeline: this.#face.pipeline() };
    if (this.#connected !== undefined) return decideWith(now, this.#connected, operation);
    const decision = wished(now, decideFor(now, operation));
    this.#visit.decision = decision;
    if (decision.verdict === "permit")
      this.#connected = { ask, operation, permit: decision, broker: brokerFor(now.pipeline, decision) };
    return decision;
  }

  /**
   * Where to connect to, once there are credentials. To get them takes time, in which the right to them may be gone, and a
   * policy that was attached stays.
   */
  async dial(): Promise<MqttDial> {
    if (this.#connected === undefined) throw new Refusal("internal", { detail: "no CONNECT was permitted" });
    const { permit, broker } = this.#connected;
    const { caller, to } = this.#opening;
    const { live } = to;
    const credentials = await broker.obtain(permit, caller);
    this.#visit.use(credentials);
    this.#life.endWithCredentials(credentials.expiresAtMs);
    this.#checkStanding();
    this.#party = { upstream: live.upstream.name, caller, credentials };
    await this.#face.pipeline().iotPolicies.ensure(this.#party);
    this.#checkStanding();
    const host = live.host.replace(/:\d+$/, "");
    const { region } = live.upstream;
    const target = await mqttTarget({ host, region, credentials, nowMs: live.clock.now() });
    return { url: `${live.origin.replace(/^http/, "ws")}${target}`, host };
  }

  #checkStanding(): void {
    this.review();
    if (!this.#mayGoOn || this.#visit.request.socket.destroyed)
      throw new Refusal("denied-no-rule", { detail: "the tunnel has ended meanwhile" });
  }

  /** Takes note of whether AWS took the CONNECT. */
  note(accepted: boolean): void {
    if (this.#party !== undefined) this.#face.pipeline().iotPolicies.note(this.#party, accepted);
  }

  /** Decides anew what it was opened for and what is subscribed to; undefined where that may go on. */
  review(tunnel?: Pick<MqttTunnel, "filters">): TunnelEnd | undefined {
    this.#reviewed = this.#face.tunnels.reviews();
    const end = review(this.#opening, this.#face.pipeline(), (again) => {
      const connected = this.#connected && connectAgain(this.#connected, again);
      if (this.#connected !== undefined && connected === undefined) return false;
      const filters = connected === undefined ? [] : (tunnel?.filters() ?? []);
      if (!filters.every((filter) => maySubscribe(filter, again, connected))) return false;
      this.#opening = again;
      this.#connected = connected;
      return true;
    });
    this.#mayGoOn &&= end === undefined;
    return end;
  }
}

/** The CONNECT as it would be permitted now; undefined where it would not be, or with other credentials. */
function connectAgain(connected: Connected, again: Opening): Connected | undefined {
  const { ask, permit, broker } = connected;
  const operation = readMqttAsk(ask, again.to.live.upstream);
  const decision = wished(again, decideFor(again, operation));
  return again.pipeline.brokerOf(permit.source) === broker && isSameGrant(decision, permit)
    ? { ...connected, operation }
    : undefined;
}

function maySubscribe(filter: string, again: Opening, connected: Connected | undefined): boolean {
  if (connected === undefined) return true;
  const asked = readMqttAsk({ kind: "subscribe", filter }, again.to.live.upstream);
  return decideWith(again, connected, asked).verdict === "permit";
}

/**
 * Decides a packet, which has to be allowed with the credentials that the connection has. Most are by the rule that comes first,
 * and then nothing else has to be looked at.
 */
function decideWith(now: Opening, { operation, permit }: Connected, packet: Operation): Decision {
  const alone = decideFor(now, packet);
  if (alone.verdict === "denial" || isSameGrant(alone, permit)) return alone;
  const both = { ...packet, requirements: [...operation.requirements, ...packet.requirements] };
  const together = wished(now, decideFor(now, both));
  if (isSameGrant(together, permit)) return together;
  const detail = "allowed, but not with the credentials of the CONNECT";
  return { verdict: "denial", reason: "roles-disagree", detail };
}

const NAMES: Readonly<Record<MqttAsk["kind"], string>> = {
  connect: "Connect",
  publish: "Publish",
  subscribe: "Subscribe",
  receive: "Receive",
};
