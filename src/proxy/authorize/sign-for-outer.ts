import type { Credentials } from "../../domain/credentials.ts";
import { type Head, readHeaders } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { UNSIGNED_PAYLOAD } from "../../signing/payload.ts";
import type { Signer } from "../../signing/sign.ts";
import { crossToAws } from "../../upstream/headers.ts";
import { payloadFormOf } from "../bodies/payload-form.ts";
import { identityLines } from "../identity-headers.ts";
import type { Live } from "../live.ts";
import type { Asked } from "../next-attempt.ts";
import type { AskedRequest } from "./read-asked.ts";

/** Who signs, with what, and for whom. */
export interface OuterSignature {
  readonly signer: Signer;
  readonly credentials: Credentials;
  /** Whether the outer proxy sends no other path and query than it asked for. */
  readonly exact: boolean;
}

/** An outer proxy reads them under other names: they would be the head of the answer itself. */
const NOT_TOLD: ReadonlySet<string> = new Set(["host", "content-length"]);

/**
 * Signs a request that another sends, and says what it must send: every header that is signed, as it stands; path and
 * query in `x-postern-target`, and the Host in `x-postern-host`. The length is signed where there is a body, so that it
 * is that of the one that was asked for.
 *
 * @returns name, value, name, value …
 * @throws Refusal target-ambiguous, header-not-allowed, length-required, body-malformed, payload-mismatch,
 * claim-unusable, authorize-refused
 */
export function signForOuter(
  { head, length }: AskedRequest,
  { live, operation, caller }: Asked,
  { signer, credentials, exact }: OuterSignature,
): readonly string[] {
  const target = operation.query === "" ? operation.path : `${operation.path}?${operation.query}`;
  if (exact && target !== head.target)
    throw new Refusal("target-ambiguous", { detail: "another path or query than the outer proxy sends" });
  const host = `${operation.hostPrefix ?? ""}${live.host}`;
  const { payloadHash, lines } =
    operation.method === "PUT" ? withBody(head, length, live) : describe(head, []);
  const identity = identityLines(live.identityHeaders, caller);
  // A name that is not signed would be the client's to say.
  if (identity.length < live.identityHeaders.length)
    throw new Refusal("claim-unusable", { detail: "the token lacks a claim that the application is told" });
  const crossing = crossToAws(head.headers, operation.headers, live);
  const signed: HeaderLine[] = [
    ["host", host],
    ...operation.headers,
    ...identity,
    ...crossing.signed,
    ...lines,
  ];
  const { method, path, query, service, region } = operation;
  const nowMs = live.clock.now();
  const proof = signer.sign({
    method,
    path,
    query,
    headers: signed,
    payloadHash,
    service,
    region,
    credentials,
    nowMs,
  });
  const told = signed.filter(([name]) => !NOT_TOLD.has(name)).flat();
  return [...told, ...proof, "x-postern-target", target, "x-postern-host", host];
}

interface BodyLines {
  readonly payloadHash: string;
  readonly lines: readonly HeaderLine[];
}

function withBody({ headers }: Head, length: number | undefined, { upstream }: Live): BodyLines {
  if (length === undefined) throw new Refusal("length-required", { detail: "the outer proxy says none" });
  const body = describe({ headers }, [["content-length", String(length)]]);
  if (body.payloadHash === UNSIGNED_PAYLOAD && upstream.hashesBodies)
    throw new Refusal("authorize-refused", {
      detail: "plain HTTP to another machine, where bodies are hashed",
    });
  return body;
}

/** Postern sees nothing of a body: what would have to be framed anew is not signed for. */
function describe({ headers }: Pick<Head, "headers">, lines: readonly HeaderLine[]): BodyLines {
  const { plan } = payloadFormOf(readHeaders([...headers.entries(), ...lines].flat()));
  if (plan.kind !== "empty" && plan.kind !== "plain")
    throw new Refusal("header-not-allowed", { detail: "aws-chunked, where an outer proxy sends the body" });
  return { payloadHash: plan.payloadHash, lines };
}
