import { AsyncLocalStorage } from "node:async_hooks";
import type { LocalAws } from "../../../src/local/aws.ts";
import { CutConnection } from "../../../src/local/disturbed-answer.ts";
import { readAuthorization } from "../../../src/local/guard/authorization.ts";
import { createGuard, type Seen } from "../../../src/local/guard/guard.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { sha256 } from "../../../src/local/guard/signing-key.ts";
import { createVerifier } from "../../../src/local/guard/sigv4.ts";
import { LocalError, type LocalRequest } from "../../../src/local/request.ts";
import { serviceOf } from "../../../src/local/service-of.ts";
import type { Arrival } from "./arrivals.ts";
import { readByToken } from "./by-token.ts";
import { ambiguityIn, namesTwice, reachesFurther } from "./one-reading.ts";
import { readOther } from "./other-operations.ts";

/** An arrival that is being read. */
export type Opened = { -readonly [K in keyof Arrival]: Arrival[K] };

/** Reads what reached AWS's side. */
export interface Reader {
  /** What the head alone says. */
  readonly open: (request: LocalRequest) => Opened;
  /** Adds what the whole says: what it needs, or why it is refused. */
  readonly read: (request: LocalRequest, arrival: Opened) => Promise<void>;
}

/** What the stand-in says of operations that it does not have. */
const LACKING: ReadonlySet<string> = new Set([
  "UnknownOperationException",
  "InvalidAction",
  "ResourceNotFoundException",
]);

/** The arrival that is being read. */
const current = new AsyncLocalStorage<Opened>();

function observe(seen: readonly Seen[]): void {
  const arrival = current.getStore();
  if (arrival !== undefined) arrival.seen = [...(arrival.seen ?? []), ...seen];
}

/** Makes the reader that verifies by the sessions and tokens of a stand-in. */
export function createReader(aws: LocalAws): Reader {
  const { world, sessions, dynamodb } = aws;
  const guard = createGuard({ world, sessions, now: Date.now, keySchemaOf: dynamodb.keySchemaOf, observe });
  const readWhole = async (request: LocalRequest, arrival: Opened): Promise<void> => {
    const byToken = await readByToken(request, aws);
    if (byToken === undefined) {
      const admitted = await guard(request, { sourceIp: "127.0.0.1" });
      if (admitted.service === "s3") for await (const _ of admitted.body);
      return;
    }
    for await (const _ of request.body);
    arrival.bearer = byToken;
    observe(byToken.seen);
  };
  return {
    open: (request) => opened(request, aws),
    read: async (request, arrival) => {
      const pieces: Buffer[] = [];
      const body = noticing(request, arrival, pieces);
      try {
        await current.run(arrival, () => readWhole({ ...request, body }, arrival));
        arrival.ambiguous ??= furtherOf(request, arrival, Buffer.concat(pieces));
      } catch (error) {
        arrival.isCut = error instanceof CutConnection;
        if (arrival.isCut) throw error;
        if (error instanceof LocalError) arrival.refused = error.code;
        else arrival.ambiguous = `a reader failed: ${String(error)}`;
        if (LACKING.has(arrival.refused ?? "")) await readLacking({ ...request, body }, arrival, pieces, aws);
      }
    },
  };
}

/** What the stand-in cannot do is read here: of Lambda it has not even looked at the signature. */
async function readLacking(
  request: LocalRequest,
  arrival: Opened,
  pieces: readonly Buffer[],
  aws: LocalAws,
): Promise<void> {
  for await (const _ of request.body);
  const body = Buffer.concat(pieces);
  try {
    verify(request, body, aws);
    arrival.seen = readOther(serviceOf(request, aws.world), request, body);
  } catch (error) {
    arrival.ambiguous = `a reader failed: ${String(error)}`;
  }
}

function verify(request: LocalRequest, body: Buffer, { sessions, world: { region } }: LocalAws): void {
  const verifier = createVerifier({ sessions, now: Date.now, region });
  const head = readHead(request);
  const authorization = readAuthorization(head);
  verifier.verify(head, authorization, verifier.identify(head, authorization), sha256(body));
}

function opened({ method, target, rawHeaders }: LocalRequest, { sessions, world }: LocalAws): Opened {
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
    session: sessions.find(keyId),
    bearer: undefined,
    isCut: false,
    refused: undefined,
    ambiguous: ambiguityIn(target, headers, serviceOf({ target, rawHeaders }, world)),
  };
}

/** The body as it comes, with a look at the whole of it where it is JSON. */
async function* noticing(
  request: LocalRequest,
  arrival: Opened,
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
