import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalAws } from "../../../src/local/aws.ts";
import type { Seen } from "../../../src/local/guard/guard.ts";
import { serveExchange } from "../../../src/local/listener.ts";
import type { LocalAnswer, LocalRequest } from "../../../src/local/request.ts";
import type { Session } from "../../../src/local/session.ts";
import { passOn } from "./pass-on.ts";
import { createReader, type Reader } from "./reader.ts";

/** A request that reached AWS's side, as it is read there. */
export interface Arrival {
  /** Its `User-Agent`, which crosses as it came and is not signed. */
  readonly tag: string;
  /** Method, host and target, and the headers of AWS's own: for telling. */
  readonly line: string;
  /** What it needs, from its signed bytes; undefined where it was refused before anybody read it. */
  readonly seen: readonly Seen[] | undefined;
  /** Whose credentials signed it. */
  readonly session: Session | undefined;
  /** Where the caller's own token stands in the place of a signature: the user, or a machine without one. */
  readonly bearer: { readonly subject: string | undefined } | undefined;
  /** Whether it broke off before it was read. */
  readonly isCut: boolean;
  /** The code of the stand-in's refusal. */
  readonly refused: string | undefined;
  /** What others on the way, or AWS itself, might read otherwise, or nobody was asked; undefined where there is nothing. */
  readonly ambiguous: string | undefined;
}

/**
 * The stand-in's guard, and behind it a store that does nothing: what is asked is read, verified and forgotten. What is no
 * request of the oracle's is passed on to the stand-in.
 */
export interface Arrivals {
  readonly port: number;
  readonly all: readonly Arrival[];
  /** Requests that are being read. */
  readonly open: () => number;
  /** Begins to verify by the sessions of a stand-in. */
  readonly guardWith: (aws: LocalAws) => void;
  readonly close: () => Promise<void>;
}

/** By which a request is the oracle's. */
const TAG = /^oracle-\d{7}$/;

/** Who reads, and who answers what is not read here. */
interface StandIn {
  readonly reader: Reader;
  readonly port: number;
}

/** Listens at once, so that its address can stand in a configuration. */
export async function startArrivals(): Promise<Arrivals> {
  const all: Arrival[] = [];
  let open = 0;
  let begin: (standIn: StandIn) => void;
  const begun = new Promise<StandIn>((resolve) => (begin = resolve));
  const serve = async (request: LocalRequest): Promise<LocalAnswer> => {
    const { reader } = await begun;
    const arrival = reader.open(request);
    all.push(arrival);
    await reader.read(request, arrival);
    // Of Postern's own making would be an answer that says more.
    return { status: arrival.refused === undefined ? 200 : 418, headers: {} };
  };
  const server = createServer(
    { keepAliveTimeout: 75_000, maxHeaderSize: 64 * 1024 },
    (incoming, outgoing) => {
      open++;
      const served = TAG.test(incoming.headers["user-agent"] ?? "")
        ? serveExchange({ incoming, outgoing, expects: "nothing" }, serve)
        : begun.then(({ port }) => passOn(incoming, outgoing, port));
      served.catch((error: unknown) => process.emitWarning(String(error))).finally(() => open--);
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    all,
    open: () => open,
    guardWith: (aws) => begin({ reader: createReader(aws), port: aws.port }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
