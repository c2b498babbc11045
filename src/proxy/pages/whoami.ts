import type { IotStanding } from "../../credentials/iot-standings.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Credentials } from "../../domain/credentials.ts";
import type { Permit } from "../../domain/decision.ts";
import { checkAmbient } from "../ambient.ts";
import type { Pipeline } from "../pipeline.ts";
import { refuseInJson } from "../respond.ts";
import type { Visit } from "../visit.ts";
import type { Page } from "./page.ts";

/** `/.postern/whoami`: who the caller is, and which roles the rules give: the proved ones too, where credentials are at hand. */
export const WHOAMI: Page = {
  method: "GET",
  isOn: () => true,
  isForBrowsers: true,
  takes: [],
  word: refuseInJson,
  answer: whoami,
};

/** @throws Refusal as the token's, origin-not-allowed */
async function whoami(pipeline: Pipeline, visit: Visit) {
  const { authenticate, ambient, upstreams } = pipeline;
  visit.operationName = "whoami";
  const caller = await authenticate(visit.head.headers);
  visit.caller = caller;
  visit.stages.enter("answer");
  const pages = caller.kind === "guest" ? visit.manner?.cors?.origins : undefined;
  if (caller.ambient) checkAmbient(visit.head, ambient, pages);
  return {
    ...describeCaller(caller),
    upstreams: Object.fromEntries(
      upstreams.map((upstream) => [upstream.name, rolesFor(caller, upstream, pipeline)]),
    ),
  };
}

function rolesFor(caller: Caller, upstream: Pipeline["upstreams"][number], pipeline: Pipeline) {
  const { policy, brokerOf, iotPolicies } = pipeline;
  return (
    policy
      .permitsFor(caller, upstream)
      .flatMap((permit) => [permit, ...wishesFor(permit, caller)])
      // Nothing is exchanged to answer a question.
      .map((permit) => ({ permit, credentials: brokerOf(permit.source)?.peek(permit, caller) }))
      .filter(({ permit, credentials }) => credentials !== undefined || !isWish(permit))
      .map(({ permit, credentials }) => ({
        ...describe(permit, caller, credentials),
        ...describeIot(
          credentials && iotPolicies.standingOf({ upstream: upstream.name, caller, credentials }),
        ),
      }))
  );
}

function describeCaller(caller: Caller) {
  const { kind, issuer, subject, clientId, claims, groups, roles, preferredRole, expiresAtMs } = caller;
  if (kind === "guest") return { kind };
  return {
    kind,
    issuer,
    subject,
    username: claims["cognito:username"] ?? claims["username"],
    clientId,
    groups,
    roles,
    preferredRole,
    expires: new Date(expiresAtMs).toISOString(),
  };
}

/** What the caller may have wished for where a rule leaves the role to the identity pool. */
interface Wish extends Permit {
  readonly isWish: true;
}

function wishesFor(permit: Permit, { roles }: Caller): readonly Wish[] {
  return permit.role === "pool" ? roles.map((role) => ({ ...permit, role, isWish: true })) : [];
}

function isWish(permit: Permit): permit is Wish {
  return "isWish" in permit;
}

/** The identity id of a guest is all it takes to be that guest, so it is not told. */
function describe(permit: Permit, { kind }: Caller, credentials: Credentials | undefined) {
  const { rule, role, source, session } = permit;
  return {
    rule,
    role,
    source,
    ...(isWish(permit) && { wish: true }),
    ...(session !== undefined && { sessionName: session.name }),
    ...(credentials !== undefined && {
      assumedRole: credentials.assumedRoleArn,
      ...(kind !== "guest" && { identityId: credentials.identityId }),
      credentialsExpire: new Date(credentials.expiresAtMs).toISOString(),
    }),
  };
}

/** What is known of the IoT policy that the identity needs besides its role, and what may be done. */
function describeIot(standing: IotStanding | undefined) {
  return standing === undefined ? {} : { iotPolicy: standing, ...IOT_HINTS[standing] };
}

const IOT_HINTS: Readonly<Partial<Record<IotStanding, { readonly iotPolicyHint: string }>>> = {
  "attached-lately": {
    iotPolicyHint: "It was attached a moment ago; AWS may take some minutes until it goes by it.",
  },
  "may-be-missing": {
    iotPolicyHint:
      "AWS did not take the last CONNECT: the IoT policy that this identity needs may not be attached to it, or does not allow that client id, or the role does not.",
  },
};
