import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import type { Session, Sessions } from "../session.ts";
import type { World } from "../world.ts";
import { addresseeOf } from "./addressee.ts";
import { admitApi, admitGateway, admitIot, admitLambda } from "./admit-api.ts";
import type { ApiAdmitted, GatewayAdmitted, IotAdmitted, LambdaAdmitted } from "./admit-api.ts";
import { admitS3 } from "./admit-s3.ts";
import { admitDynamoDb, admitSts } from "./admit.ts";
import type { AdmitTools, DynamoDbAdmitted, Identified, S3Admitted, StsAdmitted } from "./admit.ts";
import { checkAddressed, checkSigned } from "./addressed.ts";
import { isApiService } from "./api-actions.ts";
import { readAuthorization } from "./authorization.ts";
import type { Authorization } from "./credential.ts";
import type { KeySchemaOf } from "./key-schema.ts";
import { accessDenied, createPermissions, sessionContext } from "./permissions.ts";
import { readHead, singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { rulesOf } from "./service-rules.ts";
import { createVerifier } from "./sigv4.ts";
import type { S3Regions } from "./wrong-region.ts";

/** What a guard needs. */
export interface GuardOptions {
  readonly world: World;
  readonly sessions: Pick<Sessions, "find">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly keySchemaOf: KeySchemaOf;
  /** Where a bucket is, undefined when there is none; by default what the world says. */
  readonly regionOf?: S3Regions["regionOf"];
  /** How a request for a bucket of another region is told, where its host names none; by default `redirect`. */
  readonly wrongRegion?: S3Regions["wrongRegion"];
  /** Told what each verified request needs, allowed or not. */
  readonly observe?: (seen: readonly Seen[]) => void;
  /** Which secret a session is held to; its own by default. A test that says otherwise proves that it is looked at. */
  readonly secretOf?: (session: Session) => string;
}

/** A requirement as it was read from signed bytes. */
export interface Seen {
  /** The signing name. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
}

/** What only the connection knows of a request. */
export interface Connection {
  readonly sourceIp?: string;
  /** Over TLS; false by default. */
  readonly secure?: boolean;
}

/** A request that is authentic and allowed; its body is as authentic as far as it was read. */
export type Admitted =
  | S3Admitted
  | DynamoDbAdmitted
  | StsAdmitted
  | GatewayAdmitted
  | LambdaAdmitted
  | IotAdmitted
  | ApiAdmitted;

/**
 * Lets a request through or says why not.
 *
 * @throws LocalError in the dialect of the service.
 */
export type Guard = (request: LocalRequest, connection?: Connection) => Promise<Admitted>;

/** Makes the gate of the stand-in: signature, session, content and IAM, as strict as AWS. */
export function createGuard(options: GuardOptions): Guard {
  const { world, sessions, now, keySchemaOf, secretOf, wrongRegion = "redirect" } = options;
  const { account, region, accessPoints = [] } = world;
  const verifier = createVerifier({
    sessions,
    now,
    region,
    ...(secretOf === undefined ? {} : { secretOf }),
  });
  const regionOf = options.regionOf ?? ((bucket) => regionInWorld(world, bucket));
  const tools: AdmitTools = {
    verifier,
    world,
    place: { account, region, accessPoints },
    regions: { regionOf, region, wrongRegion },
    keySchemaOf,
    ...createAuthorizer(options),
  };
  return async (request, connection = {}) => {
    const head = readHead(request);
    const addressee = addresseeOf((name) => singleHeader(head, name), world);
    if (addressee !== undefined) checkSigned(head, addressee, world);
    const authorization = readAuthorization(head);
    checkAddressed(authorization, addressee);
    const session = verifier.identify(head, authorization);
    const context = requestContext(head, { authorization, session, connection, nowMs: now() });
    return admit(tools, { request, head, authorization, session, context, addressee });
  };
}

function admit(tools: AdmitTools, identified: Identified): Promise<Admitted> {
  const { service } = identified.authorization.scope;
  switch (service) {
    case "s3":
      return admitS3(tools, identified);
    case "dynamodb":
      return admitDynamoDb(tools, identified);
    case "sts":
      return admitSts(tools, identified);
    case "execute-api":
      return admitGateway(tools, identified);
    case "lambda":
      return admitLambda(tools, identified);
    case "iot":
      return admitIot(tools, identified);
    default:
      if (isApiService(service)) return admitApi(service, tools, identified);
      throw new LocalError("UnknownOperationException", `The stand-in has no service ${service}.`, 404);
  }
}

function createAuthorizer({ world, observe }: GuardOptions): Pick<AdmitTools, "observe" | "refusalOf"> {
  const permissions = createPermissions(world);
  return {
    observe: ({ authorization }, requirements) => {
      const { service } = authorization.scope;
      observe?.(requirements.map(({ action, resource }) => ({ service, action, resource })));
    },
    refusalOf: ({ session, context, authorization }, requirements, resourceMayAllow) => {
      for (const requirement of requirements) {
        const verdict = permissions(session, requirement, context);
        const isLeft =
          resourceMayAllow !== undefined && verdict.decision === "implicit-deny" && verdict.withinSession;
        if (verdict.decision !== "allow" && !isLeft) {
          return accessDenied(session, requirement, verdict, rulesOf(authorization.scope.service).dialect);
        }
      }
      return undefined;
    },
  };
}

function regionInWorld({ buckets, region }: World, bucket: string): string | undefined {
  const found = Object.hasOwn(buckets, bucket) ? buckets[bucket] : undefined;
  return found === undefined ? undefined : (found.region ?? region);
}

function requestContext(
  head: RequestHead,
  facts: {
    readonly authorization: Authorization;
    readonly session: Session;
    readonly connection: Connection;
    readonly nowMs: number;
  },
): IamContext {
  const { authorization, session, connection, nowMs } = facts;
  const given: Readonly<Record<string, string | undefined>> = {
    "aws:SourceIp": connection.sourceIp,
    "aws:UserAgent": singleHeader(head, "user-agent"),
    "aws:Referer": singleHeader(head, "referer"),
  };
  return {
    ...sessionContext(session, nowMs),
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as IamContext),
    "aws:RequestedRegion": authorization.scope.region,
    "aws:SecureTransport": String(connection.secure === true),
    "s3:authType": authorization.form === "header" ? "REST-HEADER" : "REST-QUERY-STRING",
  };
}
