import { Refusal } from "../../domain/refusal.ts";
import type { Permit } from "../../domain/decision.ts";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import type { SignedRequest } from "../../upstream/signed-request.ts";
import type { UpgradeClient } from "../../upstream/tunnel.ts";
import { accessTokenOf } from "../access-token.ts";
import { applicationOf } from "../application-of.ts";
import { brokerFor, permitted } from "../attempt.ts";
import { proceed } from "../proceed.ts";
import { giveUp } from "../respond.ts";
import { signOperation } from "../sign-operation.ts";
import { whileStanding } from "../still-stands.ts";
import type { Visit } from "../visit.ts";
import { webSocketLines } from "./handshake.ts";
import { decideFor, isSameGrant, type Opening, review, wished } from "./opening.ts";
import { createTunnelLife, type TunnelFace, type TunnelLife } from "./tunnel-life.ts";

/**
 * Opens a tunnel to an application: the handshake is decided and signed like a request, and what comes after it is the
 * application's affair.
 *
 * @throws Refusal the denial's reason, role-not-granted, token-use, target-malformed, and the credentials'
 */
export function openRawTunnel(
  face: TunnelFace,
  visit: Visit,
  client: UpgradeClient,
  opening: Opening,
): unknown {
  visit.stages.enter("decision");
  const permit = permitted(visit, wished(opening, decideFor(opening, opening.operation)));
  opening.pipeline.shares.byRules(visit, permit, opening.caller);
  const life = createTunnelLife(face, visit, opening);
  return proceed(signed(visit, opening, permit, life), (request) => {
    if (visit.hasEnded || visit.response.destroyed) return visit.end({});
    const { live } = opening.to;
    visit.isSent = true;
    live.tunneller.open(request, client, {
      idleMs: opening.rules.idleMs,
      onAnswer: (end, ids) => {
        visit.wasCalled(ids);
        if (end instanceof Refusal) giveUp(visit, end);
        else if (end !== "withheld") visit.end({ forwarded: end });
      },
      onOpen: (tunnel) => life.begin(tunnel, reviewerOf(opening, permit, face.pipeline)),
      onEnd: life.end,
    });
    return undefined;
  });
}

/** Keeps nothing of the rules by which a tunnel was opened, or each change of them would stay as long as its tunnels. */
function reviewerOf(
  opening: Opening,
  permit: Permit,
  pipeline: TunnelFace["pipeline"],
): () => TunnelEnd | undefined {
  const broker = opening.pipeline.brokerOf(permit.source);
  let current = opening;
  return () =>
    review(current, pipeline(), (again) => {
      current = again;
      return (
        again.pipeline.brokerOf(permit.source) === broker &&
        isSameGrant(wished(again, decideFor(again, again.operation)), permit)
      );
    });
}

/** The handshake, with what shows AWS who opens it. */
function signed(
  visit: Visit,
  { pipeline, to, operation, caller, handshake }: Opening,
  permit: Permit,
  life: TunnelLife,
): SignedRequest | Promise<SignedRequest> {
  const { live, mount } = to;
  const { headers } = handshake.head;
  const lines = webSocketLines(headers).flat();
  const withLines = (request: SignedRequest): SignedRequest => ({
    ...request,
    headers: [...request.headers, ...lines],
    application: applicationOf(live, mount, pipeline.cookie),
  });
  if (live.auth === "token") {
    visit.stages.enter("upstream");
    const accessToken = accessTokenOf(headers, pipeline.cookie, caller);
    return withLines(signOperation(visit, live, operation, { accessToken }));
  }
  visit.stages.enter("credentials");
  const obtaining = brokerFor(pipeline, permit).obtain(permit, caller);
  return proceed(whileStanding(obtaining, visit, pipeline, caller), (credentials) => {
    visit.use(credentials);
    visit.stages.enter("upstream");
    life.endWithCredentials(credentials.expiresAtMs);
    return withLines(signOperation(visit, live, operation, { signer: pipeline.signer, credentials }));
  });
}
