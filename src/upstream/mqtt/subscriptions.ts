import type { ISubackPacket, IUnsubackPacket } from "mqtt-packet";
import { protocolError } from "./mqtt-fault.ts";
import { MAX_FILTERS } from "./packet-forms.ts";

/** What was answered to a filter here; undefined where AWS has to say. */
type Answer = number | undefined;

/** A SUBSCRIBE that goes to AWS. */
interface Asked {
  readonly answers: readonly Answer[];
  /** Those that went to AWS, in the order of their gaps in `answers`. */
  readonly filters: readonly string[];
}

/** An UNSUBSCRIBE that goes to AWS. */
interface Left {
  /** In the order of the packet; undefined where nothing is known of one. */
  readonly filters: readonly (string | undefined)[];
}

/** A packet that AWS has not answered yet. `sent` counts the packets, so that it tells which of two came first. */
type Pending<P> = P & { readonly sent: number };

/** What is known of a filter. */
interface Standing {
  /** SUBSCRIBEs with it that AWS has not answered. */
  readonly waiting: number;
  /** The last SUBSCRIBE by which AWS took it; 0 for none. */
  readonly takenBy: number;
}

/** SUBSCRIBEs that wait for AWS's answer, and as many UNSUBSCRIBEs. */
const MAX_PENDING = 100;

/** Codes from this on refuse (MQTT 3.1.1 section 3.9.3, MQTT 5 sections 3.9.3 and 3.11.3). */
const REFUSES = 0x80;

const UNKNOWN: Standing = { waiting: 0, takenBy: 0 };

/**
 * The filters that a connection subscribes to, and the packets about them that are under way.
 *
 * Answers may come in any order, and may refuse. A filter counts from its SUBSCRIBE on, until AWS has refused that or has taken
 * an UNSUBSCRIBE that was sent after it: there may be one too many here, but none too few.
 */
export class Subscriptions {
  readonly #filters = new Map<string, Standing>();
  readonly #subscribes = new Map<number, Pending<Asked>>();
  readonly #unsubscribes = new Map<number, Pending<Left>>();
  #sent = 0;

  /** Those that AWS took, and those that it may take. */
  filters(): readonly string[] {
    return [...this.#filters.keys()];
  }

  /** Whether no more SUBSCRIBEs may wait for their answer. */
  isBusy(): boolean {
    return this.#subscribes.size >= MAX_PENDING;
  }

  /** Notes a filter that goes to AWS, unless there are too many. */
  add(filter: string): boolean {
    const { waiting } = this.#standing(filter);
    if (!this.#filters.has(filter) && this.#filters.size >= MAX_FILTERS) return false;
    this.#note(filter, { waiting: waiting + 1 });
    return true;
  }

  /** @throws MqttFault protocolError: another SUBSCRIBE has this identifier */
  wait(messageId: number, asked: Asked): void {
    if (this.#subscribes.has(messageId)) throw protocolError("a packet identifier is in use");
    this.#subscribes.set(messageId, { ...asked, sent: ++this.#sent });
  }

  /**
   * Makes of AWS's answer the one to what the client asked.
   *
   * @throws MqttFault protocolError: it is no answer to what was sent
   */
  merge(suback: ISubackPacket): ISubackPacket {
    const { messageId = 0 } = suback;
    const pending = this.#subscribes.get(messageId);
    const granted = suback.granted as readonly number[];
    if (pending === undefined || pending.filters.length !== granted.length)
      throw protocolError("a SUBACK that answers no SUBSCRIBE");
    this.#subscribes.delete(messageId);
    pending.filters.forEach((filter, i) => {
      const { waiting, takenBy } = this.#standing(filter);
      const isTaken = (granted[i] ?? REFUSES) < REFUSES;
      this.#note(filter, {
        waiting: waiting - 1,
        takenBy: isTaken ? Math.max(takenBy, pending.sent) : takenBy,
      });
    });
    const rest = granted.values();
    const merged = pending.answers.map((answer) => answer ?? rest.next().value ?? REFUSES);
    return { ...suback, granted: merged };
  }

  /**
   * Notes an UNSUBSCRIBE that goes to AWS, unless too many wait for their answer.
   *
   * @throws MqttFault protocolError: another UNSUBSCRIBE has this identifier
   */
  leave(messageId: number, filters: readonly string[]): boolean {
    if (this.#unsubscribes.has(messageId)) throw protocolError("a packet identifier is in use");
    if (this.#unsubscribes.size >= MAX_PENDING) return false;
    const known = filters.map((filter) => (this.#filters.has(filter) ? filter : undefined));
    this.#unsubscribes.set(messageId, { filters: known, sent: ++this.#sent });
    return true;
  }

  /**
   * Takes AWS's answer to an UNSUBSCRIBE. In MQTT 3.1.1 it has no codes, and refuses nothing.
   *
   * @throws MqttFault protocolError: it is no answer to what was sent
   */
  left({ messageId = 0, granted }: Partial<IUnsubackPacket>): void {
    const pending = this.#unsubscribes.get(messageId);
    if (pending === undefined || pending.filters.length !== (granted ?? pending.filters).length)
      throw protocolError("an UNSUBACK that answers no UNSUBSCRIBE");
    this.#unsubscribes.delete(messageId);
    pending.filters.forEach((filter, i) => {
      if (filter === undefined || (granted?.[i] ?? 0) >= REFUSES) return;
      // What was sent later stands, and what waits has an answer of its own.
      if (this.#standing(filter).takenBy < pending.sent) this.#note(filter, { takenBy: 0 });
    });
  }

  #standing(filter: string): Standing {
    return this.#filters.get(filter) ?? UNKNOWN;
  }

  #note(filter: string, change: Partial<Standing>): void {
    const standing = { ...this.#standing(filter), ...change };
    if (standing.waiting === 0 && standing.takenBy === 0) this.#filters.delete(filter);
    else this.#filters.set(filter, standing);
  }
}
