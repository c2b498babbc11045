import { MqttFault, protocolError } from "./mqtt-fault.ts";
import { REASONS } from "./reason-codes.ts";

/** AWS IoT Core allows 8. Each may stand for a long topic, so another broker's offer is not passed on beyond this. */
export const MAX_TOPIC_ALIASES = 16;

/**
 * What a client's topic aliases stand for (MQTT 5 section 3.3.2.3.4). They end here: AWS is told every topic in full, so that the
 * one that was decided is the one that is published to.
 */
export class TopicAliases {
  readonly #topics = new Map<number, string>();
  #maximum = 0;

  /** Allows aliases from 1 to this; none before. */
  allow(maximum: number): void {
    this.#maximum = maximum;
  }

  /**
   * The topic of a PUBLISH.
   *
   * @throws MqttFault topicAliasInvalid, protocolError: there is neither a topic nor an alias that stands for one
   */
  resolve(topic: string, alias: number | undefined): string {
    if (alias !== undefined && (alias === 0 || alias > this.#maximum))
      throw new MqttFault(REASONS.topicAliasInvalid, "a topic alias that was not allowed");
    const found = topic !== "" || alias === undefined ? topic : this.#topics.get(alias);
    if (found === undefined || found === "") throw protocolError("a PUBLISH without a topic");
    return found;
  }

  /** Notes what an alias stands for from now on. */
  learn(alias: number, topic: string): void {
    this.#topics.set(alias, topic);
  }

  /** An alias that was to stand for what is refused stands for nothing: what comes by it next was not meant for its old topic. */
  forget(alias: number): void {
    this.#topics.delete(alias);
  }
}
