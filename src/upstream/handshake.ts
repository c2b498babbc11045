import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Refusal } from "../domain/refusal.ts";
import { acceptedHandshake } from "./accepted-handshake.ts";
import { Answer } from "./answer.ts";
import type { Joined } from "./raw-tunnel.ts";
import type { OnForwarded, SignedRequest } from "./signed-request.ts";
import { guardOf } from "./token-guard.ts";
import type { UpgradeClient } from "./tunnel.ts";
import { repeatsToken } from "./verdict.ts";

/** What becomes of a handshake. */
interface HandshakeEvents {
  readonly onAnswer: OnForwarded;
  /** Both sides have taken it. */
  readonly onJoined: (joined: Joined) => void;
}

/** The answer to a handshake: like any other, but for `101 Switching Protocols`. */
export class Handshake extends Answer {
  readonly #request: SignedRequest;
  readonly #client: UpgradeClient;
  readonly #onJoined: HandshakeEvents["onJoined"];
  #abort: ((error?: Error) => void) | undefined;

  constructor(request: SignedRequest, client: UpgradeClient, { onAnswer, onJoined }: HandshakeEvents) {
    super(request, client.response, onAnswer);
    this.#request = request;
    this.#client = client;
    this.#onJoined = onJoined;
  }

  override onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    super.onConnect(abort);
  }

  override onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status !== 101) return super.onHeaders(status, raw, resume);
    const detail = "a handshake answered with no upgrade";
    this.#abort?.(new Refusal("upstream-unreachable", { detail }));
    return true;
  }

  onUpgrade(_: number, raw: readonly (Buffer | string)[] | null, upstream: Duplex): void {
    const answer = this.#read((raw ?? []).map(asBytes));
    if (answer instanceof Refusal || this.#client.socket.destroyed) {
      upstream.destroy();
      if (answer instanceof Refusal) this.onError(answer);
      else this.onClientClose();
      return;
    }
    // What Node and undici call a stream here is a connection.
    const client = this.#client.socket as Socket;
    this.#takeOver(client, answer);
    this.#onJoined({ client, upstream: upstream as Socket });
  }

  /** The answer for the client, or why it cannot have one. */
  #read(raw: readonly Buffer[]): string | Refusal {
    const guard = guardOf(this.#request, false);
    return guard?.isIn(raw) === true ? repeatsToken() : acceptedHandshake(this.#request, raw);
  }

  /** From here on the connection is no longer HTTP's. */
  #takeOver(client: Socket, answer: string): void {
    const { response, head } = this.#client;
    response.off("close", this.onClientClose);
    response.detachSocket(client);
    if (head.length > 0) client.unshift(head);
    client.write(answer, "latin1");
  }
}

function asBytes(part: Buffer | string): Buffer {
  return typeof part === "string" ? Buffer.from(part, "latin1") : part;
}
