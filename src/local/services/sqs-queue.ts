import { randomUUID } from "node:crypto";
import type { ApiInput } from "../guard/api-actions.ts";
import { LocalError } from "../request.ts";
import { numberOf, textOf } from "./operations.ts";
import type { Output } from "./operations.ts";
import { attributesMd5, md5 } from "./sqs-digest.ts";
import type { MessageAttribute } from "./sqs-digest.ts";

/** A message that waits for its readers. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sentAtMs: number;
  /** When it may be received again. */
  visibleAtMs: number;
  /** Of its last receipt. */
  handle: string;
  receives: number;
}

/** Messages in order of arrival. */
export type Queue = Message[];

/** For which a message that was received is hidden. */
export const DEFAULT_VISIBILITY_SECONDS = 30;
/** Of one batch, and of one receipt. */
export const MAX_ENTRIES = 10;

/** Takes a message. @throws LocalError `MissingParameter` */
export function send(queue: Queue, input: ApiInput, nowMs: number): Output {
  const body = textOf(input, "MessageBody");
  if (body === "")
    throw new LocalError("MissingParameter", "The request must contain the parameter MessageBody.", 400);
  const attributes = (input["MessageAttributes"] ?? {}) as Message["attributes"];
  const visibleAtMs = nowMs + numberOf(input, "DelaySeconds", 0) * 1000;
  const id = randomUUID();
  queue.push({ id, body, attributes, sentAtMs: nowMs, visibleAtMs, handle: "", receives: 0 });
  return { MessageId: id, MD5OfMessageBody: md5(body), MD5OfMessageAttributes: digestOf(attributes) };
}

/** Gives messages out, and hides them from others for a while. */
export function receive(queue: Queue, input: ApiInput, nowMs: number): readonly Output[] {
  const max = Math.min(numberOf(input, "MaxNumberOfMessages", 1), MAX_ENTRIES);
  const hiddenMs = numberOf(input, "VisibilityTimeout", DEFAULT_VISIBILITY_SECONDS) * 1000;
  const messages = queue.filter(({ visibleAtMs }) => visibleAtMs <= nowMs).slice(0, max);
  return messages.map((message) => {
    message.visibleAtMs = nowMs + hiddenMs;
    message.handle = randomUUID();
    message.receives += 1;
    return received(message, input);
  });
}

function received(message: Message, input: ApiInput): Output {
  const { id, handle, body, attributes, sentAtMs, receives } = message;
  const own = { SentTimestamp: String(sentAtMs), ApproximateReceiveCount: String(receives) };
  const system = chosen(own, input["MessageSystemAttributeNames"] ?? input["AttributeNames"]);
  const told = chosen(attributes, input["MessageAttributeNames"]) as Message["attributes"] | undefined;
  return {
    MessageId: id,
    ReceiptHandle: handle,
    MD5OfBody: md5(body),
    Body: body,
    Attributes: system,
    MessageAttributes: told,
    MD5OfMessageAttributes: digestOf(told ?? {}),
  };
}

/** Those of some attributes that were asked for; undefined where there are none. */
export function chosen(all: Output, names: unknown): Output | undefined {
  const wanted = Array.isArray(names) ? (names as readonly string[]) : [];
  const found = Object.entries(all).filter(([name]) =>
    wanted.some((each) => each === "All" || each === name),
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function digestOf(attributes: Message["attributes"]): string | undefined {
  return Object.keys(attributes).length === 0 ? undefined : attributesMd5(attributes);
}
