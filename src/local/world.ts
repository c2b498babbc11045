/** Everything that exists in the stand-in AWS, as `config/local-world.yaml` writes it. */
export interface World {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly userPool: UserPool;
  readonly identityPools: readonly IdentityPool[];
  readonly roles: readonly Role[];
  /** IAM users with long-lived keys, such as the one the sidecar itself may run as. */
  readonly iamUsers?: readonly IamUser[];
  /** Issuers that IAM trusts as OIDC providers, so that STS takes their ID tokens without an identity pool. */
  readonly oidcProviders?: readonly OidcProvider[];
  /** By name. */
  readonly buckets: Readonly<Record<string, WorldBucket>>;
  /** Access points by which buckets have another name. */
  readonly accessPoints?: readonly AccessPoint[];
  readonly tables: readonly Table[];
  /** Of API Gateway. */
  readonly apis?: readonly Api[];
  /** Custom domains of API Gateway, by name. */
  readonly domains?: Readonly<Record<string, readonly ApiMapping[]>>;
  readonly functions?: readonly LambdaFunction[];
  /** Names of SQS queues. */
  readonly queues?: readonly string[];
  /** Names of SNS topics. */
  readonly topics?: readonly string[];
  /** Names of Step Functions state machines. */
  readonly stateMachines?: readonly string[];
  /** Names of Kinesis data streams. */
  readonly streams?: readonly string[];
  /** Of AWS IoT Core. */
  readonly iotPolicies?: readonly IotPolicy[];
}

/** A policy of AWS IoT Core, which counts besides IAM's for the identities that it is attached to. */
export interface IotPolicy {
  readonly name: string;
  /** The JSON document. */
  readonly document: unknown;
  /** Usernames, each for the identities of that user; or ids of identities. */
  readonly attachedTo?: readonly string[];
}

/** An API of API Gateway; its back end repeats what it is told. */
export interface Api {
  /** Lower-case letters and digits: what its host begins with. */
  readonly id: string;
  readonly name: string;
  /** `$default` has the paths that begin with no other. */
  readonly stages: readonly string[];
  readonly authorizer: "iam" | "cognito";
  /** Of `cognito`: an access token with one of these is needed; any token of the pool will do, when left out. */
  readonly scopes?: readonly string[];
  /** Such as `GET /orders/{id}` or `ANY /{rest+}`; everything, when left out. */
  readonly routes?: readonly string[];
  /** A WebSocket API has its `$connect` at the stage itself, and `@connections` below it; nothing else. */
  readonly websocket?: boolean;
  /** Of a WebSocket API: the ids of connections that are open from the start, with nobody at their other end. */
  readonly connections?: readonly string[];
}

/** Which API a custom domain has under a base path. */
export interface ApiMapping {
  /** Without `/` at either end; the whole domain, when left out. */
  readonly basePath?: string;
  readonly api: string;
  readonly stage: string;
}

/** A Lambda function, which repeats what it is told. */
export interface LambdaFunction {
  readonly name: string;
  /** What the host of its URL begins with. */
  readonly urlId?: string;
}

/** A user pool with its app clients, groups and users. */
export interface UserPool {
  /** `us-east-1_LOCAL`: fits the pool id pattern that aws-jwt-verify insists on. */
  readonly id: string;
  readonly clients: readonly AppClient[];
  readonly groups: readonly Group[];
  readonly users: readonly User[];
}

/** An app client; one with a `secret` is confidential. */
export interface AppClient {
  readonly id: string;
  readonly secret?: string;
  /** What the client may be used for: `code` (with PKCE), `password`, `refresh`, `client_credentials`. */
  readonly flows: readonly ("code" | "password" | "refresh" | "client_credentials")[];
  /** Where the code flow may return to. */
  readonly redirectUris?: readonly string[];
  /** Where sign-out may return to. */
  readonly logoutUris?: readonly string[];
  /** Scopes that client credentials may ask for. */
  readonly scopes?: readonly string[];
  /** Whether an unknown user and a wrong password look alike. Default true. */
  readonly preventUserExistenceErrors?: boolean;
}

/** A group; the lowest `precedence` of a user's groups gives `cognito:preferred_role`. */
export interface Group {
  readonly name: string;
  readonly role?: string;
  readonly precedence?: number;
}

/** A user; `attributes` become ID token claims. */
export interface User {
  readonly username: string;
  readonly sub: string;
  readonly password: string;
  readonly groups: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** An identity pool, in the words of SetIdentityPoolRoles and SetPrincipalTagAttributeMap. */
export interface IdentityPool {
  readonly id: string;
  readonly allowClassicFlow: boolean;
  readonly allowUnauthenticated: boolean;
  /** App client ids of the user pool whose ID tokens this pool accepts. */
  readonly clientIds: readonly string[];
  /** Whether the user pool is asked if a token's sign-in was ended. Default false. */
  readonly serverSideTokenCheck?: boolean;
  /** Other issuers whose ID tokens this pool accepts. */
  readonly openIdProviders?: readonly OpenIdProvider[];
  readonly roles: { readonly authenticated?: string; readonly unauthenticated?: string };
  /**
   * Key: `cognito-idp.<region>.amazonaws.com/<pool>:<client id>`, the ARN of another OIDC provider, or the plain name of
   * one that AWS knows by itself, such as `accounts.google.com`.
   */
  readonly roleMappings?: Readonly<Record<string, RoleMapping>>;
  /** Tag name → claim name, for logins of the user pool. */
  readonly principalTags?: Readonly<Record<string, string>>;
}

/** An OIDC provider of an identity pool. Who may sign for it is told where the stand-in is started. */
export interface OpenIdProvider {
  /** The issuer without its scheme, which is the key in `Logins`: `accounts.example.com`. */
  readonly provider: string;
  /** The audiences that are taken. */
  readonly clientIds: readonly string[];
  /** Tag name → claim name, for logins of this provider. */
  readonly principalTags?: Readonly<Record<string, string>>;
}

/** How a pool chooses a role for a provider's logins; `Token` is for user pools only. */
export interface RoleMapping {
  readonly type: "Token" | "Rules";
  readonly ambiguousRoleResolution: "AuthenticatedRole" | "Deny";
  readonly rules?: readonly {
    readonly claim: string;
    readonly matchType: "Equals" | "Contains" | "StartsWith" | "NotEqual";
    readonly value: string;
    readonly roleArn: string;
  }[];
}

/** An IAM role with its trust policy and its inline policies, as IAM JSON documents. */
export interface Role {
  readonly name: string;
  readonly trust: unknown;
  readonly policies: readonly unknown[];
  /** Default 3600. */
  readonly maxSessionSeconds?: number;
}

/** An IAM user with one access key and its inline policies. */
export interface IamUser {
  readonly name: string;
  /** Sixteen to 128 letters and digits, `AKIA…`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly policies: readonly unknown[];
}

/** An OIDC provider of IAM; a trust policy names it `arn:aws:iam::ACCOUNT:oidc-provider/URL`. */
export interface OidcProvider {
  /** The issuer without its scheme. */
  readonly url: string;
  readonly clientIds: readonly string[];
}

/** A bucket and the text objects that it starts with. */
export interface WorldBucket {
  /** Default: the region of the world. */
  readonly region?: string;
  /** Key → content. */
  readonly objects: Readonly<Record<string, string>>;
}

/** An access point of the world's account; it is in the region of its bucket. */
export interface AccessPoint {
  readonly name: string;
  readonly bucket: string;
}

/** A DynamoDB table with string keys, and the plain items that it starts with. */
export interface Table {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly indexes?: readonly {
    readonly name: string;
    readonly partitionKey: string;
    readonly sortKey?: string;
  }[];
  readonly items?: readonly Readonly<Record<string, string | number | boolean>>[];
  /** What its stream tells of each change; no stream, when left out. */
  readonly stream?: StreamView;
}

/** What of a changed item a record of a stream holds. */
export type StreamView = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";
