import type { ISubackPacket } from "mqtt-packet";
import { protocolError } from "./mqtt-fault.ts";
import { MAX_FILTERS } from "./packet-forms.ts";

/** What was answered to a filter here; undefined where AWS has to say. */
type Answer = number | undefined;

/** A SUBSCRIBE that AWS has not answered yet. */
interface Pending {
  readonly answers: readonly Answer[];
  /** Those that went to AWS, in the order of their gaps in `answers`. */
  readonly filters: readonly string[];
}

/** SUBSCRIBEs that wait for AWS's answer. */
const MAX_PENDING = 100;

/** Codes from this on refuse (MQTT 3.1.1 section 3.9.3, MQTT 5 section 3.9.3). */
const REFUSES = 0x80;

/** The filters that a connection subscribes to, and the SUBSCRIBEs that are under way. */
export class Subscriptions {
  /** How many SUBSCRIBEs that did not fail each filter was in. */
  readonly #filters = new Map<string, number>();
  readonly #pending = new Map<number, Pending>();

  /** Those that AWS took, and those that it may take. */
  filters(): readonly string[] {
    return [...this.#filters.keys()];
  }

  /** Whether no more SUBSCRIBEs may wait for their answer. */
  isBusy(): boolean {
    return this.#pending.size >= MAX_PENDING;
  }

  /** Notes a filter that goes to AWS, unless there are too many. */
  add(filter: string): boolean {
    const uses = this.#filters.get(filter) ?? 0;
    if (uses === 0 && this.#filters.size >= MAX_FILTERS) return false;
    this.#filters.set(filter, uses + 1);
    return true;
  }

  /** @throws MqttFault protocolError: another SUBSCRIBE has this identifier */
  wait(messageId: number, pending: Pending): void {
    if (this.#pending.has(messageId)) throw protocolError("a packet identifier is in use");
    this.#pending.set(messageId, pending);
  }

  /**
   * Makes of AWS's answer the one to what the client asked.
   *
   * @throws MqttFault protocolError: it is no answer to what was sent
   */
  merge(suback: ISubackPacket): ISubackPacket {
    const pending = this.#pending.get(suback.messageId ?? 0);
    const granted = suback.granted as readonly number[];
    if (pending === undefined || pending.filters.length !== granted.length)
      throw protocolError("a SUBACK that answers no SUBSCRIBE");
    this.#pending.delete(suback.messageId ?? 0);
    pending.filters.forEach((filter, i) => {
      if ((granted[i] ?? REFUSES) >= REFUSES) this.#takeBack(filter);
    });
    const rest = granted.values();
    const merged = pending.answers.map((answer) => answer ?? rest.next().value ?? REFUSES);
    return { ...suback, granted: merged };
  }

  /** The client wants no more of it. */
  remove(filter: string): void {
    this.#filters.delete(filter);
  }

  #takeBack(filter: string): void {
    const uses = this.#filters.get(filter) ?? 0;
    if (uses > 1) this.#filters.set(filter, uses - 1);
    else this.#filters.delete(filter);
  }
}
