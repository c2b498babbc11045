import type { Clock } from "../domain/clock.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import type { Signer } from "../signing/sign.ts";
import { type Ambient, createAssumeRole } from "./assume-role.ts";
import { createBasicFlow } from "./basic-flow.ts";
import type { Broker } from "./broker.ts";
import type { ExchangeCall } from "./exchange.ts";
import { createIdentityPoolCalls } from "./identity-pool-calls.ts";
import { createIdentityPool } from "./identity-pool.ts";
import { createProveRole, proven } from "./prove-role.ts";
import type { AskSts } from "./sts-question.ts";
import { createSts, stsOrigin } from "./sts.ts";
import { createAssumeWithWebIdentity, createWebIdentity } from "./web-identity.ts";

/** How a source gets credentials, as its settings say. How its role sessions are made is in the permit by then. */
export type SourceSettings = IdentityPoolSettings | WebIdentitySettings | AssumeRoleSettings;

/** An identity pool; its region is that of its STS too. */
export interface IdentityPoolSettings {
  readonly type: "identity-pool";
  readonly flow: "enhanced" | "basic";
  /** Such as `us-east-1:00000000-0000-4000-8000-000000000001`. */
  readonly identityPoolId: string;
  /** Whether STS is asked which role the credentials hold. */
  readonly verifyRole: boolean;
}

/** An OIDC provider of IAM, which takes the caller's ID token. */
export interface WebIdentitySettings {
  readonly type: "web-identity";
  readonly region?: string | undefined;
  readonly verifyRole: boolean;
}

/** Postern's own identity, which assumes the roles. */
export interface AssumeRoleSettings {
  readonly type: "assume-role";
  readonly region?: string | undefined;
  readonly externalId?: string | undefined;
  readonly verifyRole: boolean;
}

/** What {@link createSource} needs besides the settings. */
export interface SourceParts {
  /** Of sources that name no region. */
  readonly defaultRegion: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  /** The clock of an origin. */
  readonly clockOffsetOf: (origin: string) => ClockOffset;
  /** Who assumes roles. */
  readonly ambient: Ambient;
  readonly now: Clock;
}

/** Makes the broker of a source, which proves what it got, and remembers nothing but identity ids. */
export function createSource(settings: SourceSettings, parts: SourceParts): Broker {
  const askSts = createStsOf(parts, regionOf(settings, parts.defaultRegion));
  const broker = brokerOf(settings, parts, askSts);
  return settings.verifyRole ? proven(broker, createProveRole(askSts)) : broker;
}

function brokerOf(settings: SourceSettings, parts: SourceParts, askSts: AskSts): Broker {
  const { ambient, endpoint, exchange, now } = parts;
  if (settings.type === "assume-role") {
    return createAssumeRole({ askSts, ambient, externalId: settings.externalId, now });
  }
  const assume = createAssumeWithWebIdentity(askSts, now);
  if (settings.type === "web-identity") return createWebIdentity(assume);
  const { flow, identityPoolId } = settings;
  const calls = createIdentityPoolCalls({ identityPoolId, endpoint, exchange, now });
  return flow === "basic" ? createBasicFlow(calls, assume) : createIdentityPool(calls);
}

function createStsOf({ endpoint, exchange, signer, clockOffsetOf }: SourceParts, region: string): AskSts {
  const origin = stsOrigin(region, endpoint);
  return createSts({ region, origin, exchange, signer, clock: clockOffsetOf(origin) });
}

function regionOf(settings: SourceSettings, defaultRegion: string): string {
  if (settings.type !== "identity-pool") return settings.region ?? defaultRegion;
  return settings.identityPoolId.slice(0, settings.identityPoolId.indexOf(":"));
}
