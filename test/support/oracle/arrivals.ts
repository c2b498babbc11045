import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serviceOf } from "../../../src/local/service-of.ts";
import type { LocalAws } from "../../../src/local/aws.ts";
import { readAuthorization } from "../../../src/local/guard/authorization.ts";
import { createGuard, type Guard, type Seen } from "../../../src/local/guard/guard.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { sha256 } from "../../../src/local/guard/signing-key.ts";
import { createVerifier } from "../../../src/local/guard/sigv4.ts";
import { serveExchange } from "../../../src/local/listener.ts";
import { LocalError, type LocalAnswer, type LocalRequest } from "../../../src/local/request.ts";
import type { Session } from "../../../src/local/session.ts";
import { readByToken } from "./by-token.ts";
import { ambiguityIn, namesTwice, reachesFurther } from "./one-reading.ts";
import { readOther } from "./other-operations.ts";
import { passOn } from "./pass-on.ts";

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

/** What the stand-in says of operations that it does not have. */
const LACKING: ReadonlySet<string> = new Set([
  "UnknownOperationException",
  "InvalidAction",
  "ResourceNotFoundException",
]);

/** By which a request is the oracle's. */
const TAG = /^oracle-\d{7}$/;

type Writable = { -readonly [K in keyof Arrival]: Arrival[K] };

/** The request that is being read. */
const current = new AsyncLocalStorage<Writable>();

function observe(seen: readonly Seen[]): void {
  const arrival = current.getStore();
  if (arrival !== undefined) arrival.seen = [...(arrival.seen ?? []), ...seen];
}

/** Listens at once, so that its address can stand in a configuration. */
export async function startArrivals(): Promise<Arrivals> {
  const all: Arrival[] = [];
  let open = 0;
  let guard: Guard | undefined;
  let aws: LocalAws | undefined;
  let tellStandIn: (standIn: LocalAws) => void;
  const standIn = new Promise<LocalAws>((resolve) => (tellStandIn = resolve));
  const read = async (request: LocalRequest, arrival: Writable): Promise<void> => {
    const bearer = aws && (await readByToken(request, aws));
    if (bearer === undefined) return await readWhole(guard, request);
    arrival.bearer = bearer;
    for await (const _ of request.body);
    observe(bearer.seen);
  };
  const serve = async (request: LocalRequest): Promise<LocalAnswer> => {
    const arrival = newArrival(request, aws);
    all.push(arrival);
    const pieces: Buffer[] = [];
    try {
      const body = noticing(request, arrival, pieces);
      await current.run(arrival, () => read({ ...request, body }, arrival));
      arrival.ambiguous ??= furtherOf(request, arrival, Buffer.concat(pieces));
      return { status: 200, headers: {} };
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      arrival.refused = error.code;
      if (aws !== undefined && LACKING.has(error.code)) await readLacking(request, arrival, pieces, aws);
      // Of Postern's own making would be an answer that says more.
      return { status: 418, headers: {} };
    }
  };
  const server = createServer(
    { keepAliveTimeout: 75_000, maxHeaderSize: 64 * 1024 },
    (incoming, outgoing) => {
      open++;
      const isOwn = TAG.test(incoming.headers["user-agent"] ?? "");
      const served = isOwn
        ? serveExchange({ incoming, outgoing, expects: "nothing" }, serve)
        : standIn.then(({ port }) => passOn(incoming, outgoing, port));
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
    guardWith: (started) => {
      aws = started;
      tellStandIn(started);
      const { world, sessions, dynamodb } = started;
      const { keySchemaOf } = dynamodb;
      guard = createGuard({ world, sessions, now: Date.now, keySchemaOf, observe });
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** What the stand-in cannot do is read here: of Lambda it has not even looked at the signature. */
async function readLacking(
  request: LocalRequest,
  arrival: Writable,
  pieces: Buffer[],
  { world, sessions }: LocalAws,
): Promise<void> {
  const service = serviceOf(request, world);
  if (service === "lambda") {
    for await (const piece of request.body) pieces.push(piece);
    const refused = refusalOfSignature(request, Buffer.concat(pieces), sessions);
    if (refused !== undefined) arrival.refused = refused;
  }
  arrival.seen ??= readOther(service, request, Buffer.concat(pieces));
}

function refusalOfSignature(
  request: LocalRequest,
  body: Buffer,
  sessions: LocalAws["sessions"],
): string | undefined {
  const verifier = createVerifier({ sessions, now: Date.now, region: "us-east-1" });
  const head = readHead(request);
  try {
    const authorization = readAuthorization(head);
    verifier.verify(head, authorization, verifier.identify(head, authorization), sha256(body));
    return undefined;
  } catch (error) {
    return error instanceof LocalError ? error.code : String(error);
  }
}

async function readWhole(guard: Guard | undefined, request: LocalRequest): Promise<void> {
  const admitted = await guard?.(request, { sourceIp: "127.0.0.1" });
  if (admitted?.service === "s3") for await (const _ of admitted.body);
}

function newArrival({ method, target, rawHeaders }: LocalRequest, aws: LocalAws | undefined): Writable {
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ""] as const] : [],
  );
  const valueOf = (wanted: string): string => headers.find(([name]) => name === wanted)?.[1] ?? "";
  const keyId = /Credential=([^/]+)\//.exec(valueOf("authorization"))?.[1] ?? "";
  const told = headers
    .filter(([name]) => name.startsWith("x-amz-") && name !== "x-amz-security-token")
    .map(([name, value]) => `${name}: ${value}`);
  return {
    tag: valueOf("user-agent"),
    line: [`${method} ${valueOf("host")} ${target}`, ...told].join(" | "),
    seen: undefined,
    session: aws?.sessions.find(keyId),
    bearer: undefined,
    refused: undefined,
    ambiguous: aws && ambiguityIn(target, headers, serviceOf({ target, rawHeaders }, aws.world)),
  };
}

/** The body as it comes, with a look at the whole of it where it is JSON. */
async function* noticing(
  request: LocalRequest,
  arrival: Writable,
  pieces: Buffer[],
): AsyncGenerator<Buffer, void> {
  const isJson = request.rawHeaders.some((value) => value.startsWith("application/x-amz-json"));
  for await (const piece of request.body) {
    pieces.push(piece);
    yield piece;
  }
  if (isJson && namesTwice(Buffer.concat(pieces).toString("utf8")))
    arrival.ambiguous = "JSON with a member twice";
}

function furtherOf({ rawHeaders }: LocalRequest, { seen = [] }: Arrival, body: Buffer): string | undefined {
  const region = rawHeaders.map((value) => /Credential=[^/]+\/\d+\/([^/]+)\//.exec(value)?.[1]).find(Boolean);
  const actions = seen.map(({ action }) => action);
  return reachesFurther(actions, body.toString("utf8"), region ?? "");
}
