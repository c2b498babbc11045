import type { AddressInfo } from "node:net";
import { createThrowAwayCertificate } from "./certificate.ts";
import { createDynamoDb } from "./dynamodb/handle.ts";
import type { DynamoDb } from "./dynamodb/handle.ts";
import { createFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import type { Connection } from "./gateway/connections.ts";
import { createGateway } from "./gateway/gateway.ts";
import type { WebSocketLimits } from "./gateway/web-sockets.ts";
import { createGuard } from "./guard/guard.ts";
import type { GuardOptions } from "./guard/guard.ts";
import { createPermissions, sessionContext } from "./guard/permissions.ts";
import { trustAllows } from "./iam/trust.ts";
import { withIamUsers } from "./iam-users.ts";
import { createCallCounter } from "./identity/call-counts.ts";
import type { CallCounts } from "./identity/call-counts.ts";
import type { ForeignIssuer } from "./identity/foreign-issuers.ts";
import { createIdentitySide } from "./identity/identity-side.ts";
import type { IdentitySide } from "./identity/identity-side.ts";
import type { Lifetimes } from "./identity/lifetimes.ts";
import { createIot } from "./iot/iot.ts";
import type { IotView } from "./iot/iot.ts";
import { createQuotas } from "./quotas.ts";
import type { Quotas } from "./quotas.ts";
import { meetTroubles } from "./route.ts";
import type { Services } from "./route.ts";
import { createS3 } from "./s3/handle.ts";
import type { S3, S3Options } from "./s3/handle.ts";
import { createLocalServer } from "./server.ts";
import { createLambda } from "./services/lambda.ts";
import { createSmallServices } from "./services/services.ts";
import { createSessions } from "./session.ts";
import type { Session, Sessions } from "./session.ts";
import type { World } from "./world.ts";

/** What a stand-in AWS is started with. */
export interface LocalAwsOptions {
  readonly world: World;
  /** Port 0 takes any that is free. */
  readonly address: { readonly host: string; readonly port: number };
  /** Epoch milliseconds; by default the clock of the machine. */
  readonly now?: () => number;
  readonly observe?: GuardOptions["observe"];
  readonly secretOf?: GuardOptions["secretOf"];
  readonly wrongRegion?: GuardOptions["wrongRegion"];
  readonly lifetimes?: Partial<Lifetimes>;
  /** OIDC issuers besides the user pool, with the keys that they would publish; which of them count, the world says. */
  readonly issuers?: readonly ForeignIssuer[];
  /** Limits, as an account has them; none by default. */
  readonly quotas?: Quotas;
  /** Of which keys S3 lets the bytes go that are put: for content too big to keep. By default of none. */
  readonly drops?: S3Options["drops"];
  /** How long connections of WebSocket APIs last; as at AWS by default. */
  readonly webSocketLimits?: Partial<WebSocketLimits>;
  /** Told of faults of the stand-in itself; by default they become process warnings. */
  readonly report?: (error: unknown) => void;
}

/** A stand-in AWS that is up: all of its services at one address. */
export interface LocalAws {
  readonly url: string;
  /** The same port by TLS. */
  readonly httpsUrl: string;
  /** The authority to trust for it; made anew at each start. */
  readonly caPem: string;
  readonly port: number;
  readonly world: World;
  readonly faults: Faults;
  /** By `service:Operation`, such as `s3:GetObject`, `user-pool:jwks.json`, `s3:refused`. */
  readonly calls: CallCounts;
  /** Tokens without a sign-in. */
  readonly identity: IdentitySide;
  /** Credentials without an exchange, and sessions that end before their time. */
  readonly sessions: Sessions;
  readonly s3: S3;
  readonly dynamodb: DynamoDb;
  readonly iot: IotView;
  /** Open connections of WebSocket APIs, oldest first. */
  readonly webSockets: () => readonly Connection[];
  readonly close: () => Promise<void>;
}

/** Makes a world, fills it and listens. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { world, address } = options;
  const services = await createServices(options);
  // Clients look at the machine's clock, whatever the stand-in's says.
  const certificate = createThrowAwayCertificate(Date.now());
  const { server, close } = createLocalServer(services, certificate);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const { faults, calls, identity, sessions, s3, dynamodb, iot, gateway } = services;
  return {
    url: `http://${host}:${port}`,
    httpsUrl: `https://${host}:${port}`,
    caPem: certificate.caPem,
    port,
    world,
    faults,
    calls,
    identity,
    sessions,
    s3,
    dynamodb,
    iot: iot.view,
    webSockets: gateway.connections,
    close: async () => {
      await close();
      await Promise.all([s3.close(), dynamodb.close(), iot.close()]);
    },
  };
}

async function createServices(options: LocalAwsOptions): Promise<Services & { readonly sessions: Sessions }> {
  const { world, now = Date.now, lifetimes, issuers = [], drops } = options;
  const { observe, secretOf, wrongRegion, report = warn } = options;
  const { account, region, tables } = world;
  const sessions = withIamUsers(world, createSessions(now));
  const s3 = createS3({ now, account, region, ...(drops !== undefined && { drops }) });
  const [identity, dynamodb] = await Promise.all([
    createIdentitySide({
      world,
      sessions,
      now,
      trusts: trustAllows,
      permits: createPermits(world, now),
      issuers,
      ...(lifetimes !== undefined && { lifetimes }),
    }),
    createDynamoDb({ tables, now, account, region }),
    s3.seed(world.buckets),
  ]);
  const asking = { world, sessions, now, ...(secretOf !== undefined && { secretOf }) };
  const troubles = createTroubles(options);
  return {
    world,
    ...troubles,
    guard: createGuard({
      ...asking,
      keySchemaOf: dynamodb.keySchemaOf,
      regionOf: s3.regionOf,
      ...(wrongRegion !== undefined && { wrongRegion }),
      ...(observe !== undefined && { observe }),
    }),
    identity,
    sessions,
    s3,
    dynamodb,
    gateway: createGateway(world, { tokens: identity.tokens, now, ...options }),
    lambda: createLambda(world, now),
    iot: createIot({
      ...asking,
      region,
      identities: identity.identities,
      ...(observe !== undefined && { observe }),
      meet: async (operation) =>
        (await meetTroubles(troubles, { service: "iotdevicegateway", operation })) === undefined,
      report,
    }),
    small: createSmallServices(world, now),
    report,
  };
}

/** What stands between a call and what it does. */
function createTroubles({
  quotas = {},
  now = Date.now,
}: LocalAwsOptions): Pick<Services, "faults" | "takeQuota" | "calls"> {
  return { faults: createFaults(), takeQuota: createQuotas(quotas, now), calls: createCallCounter() };
}

/** Whether the policies of a caller of STS allow an action: asked for roles that trust the whole account. */
function createPermits(
  world: World,
  now: () => number,
): NonNullable<Parameters<typeof createIdentitySide>[0]["permits"]> {
  const permissions = createPermissions(world);
  return (caller, request) => {
    // Whoever calls STS here was admitted by the guard, and so is a whole session.
    const session = caller as Session;
    const verdict = permissions(session, { ...request, context: {} }, sessionContext(session, now()));
    return verdict.decision === "allow";
  };
}

/** Faults of the stand-in go where Node's own warnings go. */
function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
