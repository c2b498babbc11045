import { createPermissions, sessionContext } from "../guard/permissions.ts";
import type { Requirement } from "../guard/requirement.ts";
import type { IamContext } from "../iam/context.ts";
import { decideIam } from "../iam/decide.ts";
import type { Session } from "../session.ts";
import type { World } from "../world.ts";
import type { IotPolicies } from "./policies.ts";

/** Whose connection it is: what is true of it from CONNECT to its end. */
export interface Principal {
  readonly session: Session;
  /** Of the identity pool that gave the session; undefined where none did. */
  readonly identityId: string | undefined;
  readonly sourceIp: string | undefined;
  readonly secure: boolean;
}

/** What a client does. */
export interface MqttAction {
  readonly clientId: string;
  readonly action: "Connect" | "Publish" | "RetainPublish" | "Subscribe" | "Receive";
  /** `client/ID`, `topic/TOPIC` or `topicfilter/FILTER`. */
  readonly resource: string;
}

/** Whether a client may do something. */
export type Permits = (principal: Principal, asked: MqttAction) => boolean;

const COGNITO = "cognito-identity.amazonaws.com";

/**
 * Makes the authorization of the message broker: IAM's policies for everyone and, for an identity that showed a login,
 * the IoT policies that are attached to it as well.
 *
 * Source: AWS IoT Core Developer Guide, "Authorization with Amazon Cognito identities".
 */
export function createPermits(world: World, policies: IotPolicies, now: () => number): Permits {
  const { region, account } = world;
  const permissions = createPermissions(world);
  return (principal, { clientId, action, resource }) => {
    const { session, identityId } = principal;
    const requirement: Requirement = {
      action: `iot:${action}`,
      resource: `arn:aws:iot:${region}:${account}:${resource}`,
      context: {},
    };
    const iam = { ...sessionContext(session, now()), ...contextOf(principal), "aws:RequestedRegion": region };
    if (permissions(session, requirement, iam).decision !== "allow") return false;
    if (identityId === undefined || !isAuthenticated(session)) return true;
    const context = { ...contextOf(principal), "iot:ClientId": clientId, [`${COGNITO}:sub`]: identityId };
    const identityPolicies = policies.compiledFor(identityId);
    return decideIam({ identityPolicies, sessionPolicies: [] }, { ...requirement, context }) === "allow";
  };
}

/** The principal that a session is, over one connection. */
export function principalOf(
  session: Session,
  { sourceIp, secure }: { readonly sourceIp?: string; readonly secure: boolean },
): Principal {
  const identityId = session.context[`${COGNITO}:sub`];
  return { session, identityId: typeof identityId === "string" ? identityId : undefined, sourceIp, secure };
}

function isAuthenticated({ context }: Session): boolean {
  return [context[`${COGNITO}:amr`] ?? []].flat().includes("authenticated");
}

function contextOf({ sourceIp, secure }: Principal): IamContext {
  return {
    "aws:SecureTransport": String(secure),
    ...(sourceIp !== undefined && { "aws:SourceIp": sourceIp }),
  };
}
