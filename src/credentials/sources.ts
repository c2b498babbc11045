import type { Clock } from "../domain/clock.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import type { Signer } from "../signing/sign.ts";
import { createAmbient } from "./ambient.ts";
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

/** What {@link createSources} needs. */
export interface SourcesOptions {
  /** By their configured names. */
  readonly sources: Readonly<Record<string, SourceSettings>>;
  /** Of sources that name no region. */
  readonly defaultRegion: string;
  /** One address for every AWS call, for testing. */
  readonly endpoint: string | undefined;
  readonly exchange: ExchangeCall;
  readonly signer: Signer;
  /** The clock of an origin. */
  readonly clockOffsetOf: (origin: string) => ClockOffset;
  /** Who assumes roles. Default: what the AWS SDK's provider chain finds, looked for when it is first needed. */
  readonly ambient?: Ambient | undefined;
  readonly now: Clock;
}

/** Makes a broker for every configured source, which proves what it got, and remembers nothing but identity ids. */
export function createSources(options: SourcesOptions): ReadonlyMap<string, Broker> {
  const { sources, defaultRegion: region, ambient = createAmbient({ region }) } = options;
  return new Map(
    Object.entries(sources).map(([name, settings]) => {
      const askSts = createStsOf(options, regionOf(settings, region));
      const broker = brokerOf(settings, { ...options, ambient, askSts });
      return [name, settings.verifyRole ? proven(broker, createProveRole(askSts)) : broker];
    }),
  );
}

interface Parts extends SourcesOptions {
  readonly ambient: Ambient;
  readonly askSts: AskSts;
}

function brokerOf(settings: SourceSettings, { askSts, ambient, endpoint, exchange, now }: Parts): Broker {
  if (settings.type === "assume-role") {
    return createAssumeRole({ askSts, ambient, externalId: settings.externalId, now });
  }
  const assume = createAssumeWithWebIdentity(askSts, now);
  if (settings.type === "web-identity") return createWebIdentity(assume);
  const { flow, identityPoolId } = settings;
  const calls = createIdentityPoolCalls({ identityPoolId, endpoint, exchange, now });
  return flow === "basic" ? createBasicFlow(calls, assume) : createIdentityPool(calls);
}

function createStsOf({ endpoint, exchange, signer, clockOffsetOf }: SourcesOptions, region: string): AskSts {
  const origin = stsOrigin(region, endpoint);
  return createSts({ region, origin, exchange, signer, clock: clockOffsetOf(origin) });
}

function regionOf(settings: SourceSettings, defaultRegion: string): string {
  if (settings.type !== "identity-pool") return settings.region ?? defaultRegion;
  return settings.identityPoolId.slice(0, settings.identityPoolId.indexOf(":"));
}
