import type { MqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Decision, Role } from "../../domain/decision.ts";
import type { HeaderLine, Requirement } from "../../domain/operation.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import type { RuleAccount } from "../../policy/explanation.ts";

/** Who would send something, from where and when. */
export interface Asking {
  readonly caller: SupposedCaller;
  /** Address of the peer. Default 127.0.0.1. */
  readonly sourceIp?: string | undefined;
  /** Epoch milliseconds. Default now. Tokens that a running Postern proves must hold at its own time. */
  readonly atMs?: number | undefined;
}

/** A request that nobody sends: what would become of it? One that is a WebSocket handshake goes the way of an upgrade. */
export interface Question extends Asking {
  readonly method: string;
  /** Path and query as a client would send them, such as `/s3/reports/q3.txt`. */
  readonly target: string;
  /** Names in any case. Without `host` it is the listener's own. */
  readonly headers: readonly HeaderLine[];
  readonly body?: Buffer | undefined;
}

/** An MQTT packet that nobody sends. */
export interface PacketQuestion extends Asking {
  readonly mqtt: MqttAsk;
  /** By its configured name. Default the only one that takes MQTT. */
  readonly upstream?: string | undefined;
  /** By which its connection was opened: the packet goes with the role of that CONNECT. Without it with any that it may have. */
  readonly clientId?: string | undefined;
  /** Of the connection's handshake: tokens, and a wish for a role. */
  readonly headers: readonly HeaderLine[];
}

/**
 * Who asks:
 *
 * - tokens, which are proved where keys are at hand;
 * - claims, taken at their word, of an issuer by its configured name (default: the only one);
 * - `guest`, who has no token.
 */
export type SupposedCaller =
  | { readonly token: string; readonly idToken?: string | undefined }
  | { readonly claims: Readonly<Record<string, unknown>>; readonly issuer?: string | undefined }
  | "guest";

/** What would become of a request, and why. Nothing in it is a token. */
export interface Explained {
  readonly verdict: "permit" | "denial" | "refusal";
  /** The stage that would refuse; undefined where none would. */
  readonly refusedBy?: Stage | undefined;
  readonly refusal?:
    | { readonly code: RefusalCode; readonly sentence: string; readonly detail?: string | undefined }
    | undefined;
  readonly caller?: Pick<Caller, "kind" | "issuer" | "subject" | "clientId" | "groups"> | undefined;
  readonly operation?: ExplainedOperation | undefined;
  readonly decision?: Decision | undefined;
  /**
   * Every rule, in file order; empty where none was asked. Of a request that needs very many things they are about a part
   * of them, the one that is refused first.
   */
  readonly rules: readonly RuleAccount[];
  /** Of a permit: the role, and why this one, in words. */
  readonly role?: { readonly role: Role; readonly source: string; readonly why: string } | undefined;
  /** Of a permit: SigV4's canonical request, made with a placeholder in place of every secret. */
  readonly canonicalRequest?: string | undefined;
}

/** A stage of the pipeline that can refuse. */
export type Stage = "door" | "route" | "identity" | "operation" | "policy" | "credentials" | "signing";

/** What a request asks, in the words of its service and of IAM. */
export interface ExplainedOperation {
  readonly upstream: string;
  readonly service: string;
  readonly region: string;
  readonly name: string;
  readonly requirements: readonly Requirement[];
}
