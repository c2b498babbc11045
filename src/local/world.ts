import { referenceProblems } from "./world-references.ts";
import { count, document, flag, list, mapOf, matching, object, oneOf, scalar, text } from "./shape.ts";
import type { Reader } from "./shape.ts";

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
  /** Bucket name → object key → content. */
  readonly buckets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly tables: readonly Table[];
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
  readonly roles: { readonly authenticated?: string; readonly unauthenticated?: string };
  /** Key: `cognito-idp.<region>.amazonaws.com/<pool>:<client id>`. */
  readonly roleMappings?: Readonly<Record<string, RoleMapping>>;
  /** Tag name → claim name, for logins of the user pool. */
  readonly principalTags?: Readonly<Record<string, string>>;
}

/** How a pool chooses a role for a provider's logins. */
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
}

const arn = matching(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "a role ARN");

const readUserPool: Reader<UserPool> = object(
  {
    id: matching(/^[a-z]{2}-[a-z]+-\d_[a-zA-Z0-9]+$/, "a pool id such as us-east-1_LOCAL"),
    clients: list(
      object(
        {
          id: matching(/^[\w+]{1,128}$/, "an app client id"),
          flows: list(oneOf("code", "password", "refresh", "client_credentials")),
        },
        {
          secret: text,
          redirectUris: list(text),
          logoutUris: list(text),
          scopes: list(text),
          preventUserExistenceErrors: flag,
        },
      ),
    ),
    groups: list(object({ name: text }, { role: arn, precedence: count })),
    users: list(
      object({ username: text, sub: text, password: text, groups: list(text) }, { attributes: mapOf(text) }),
    ),
  },
  {},
);

const readRoleMapping: Reader<RoleMapping> = object(
  { type: oneOf("Token", "Rules"), ambiguousRoleResolution: oneOf("AuthenticatedRole", "Deny") },
  {
    rules: list(
      object(
        {
          claim: matching(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,64}$/u, "a claim name of at most 64 characters"),
          matchType: oneOf("Equals", "Contains", "StartsWith", "NotEqual"),
          value: matching(/^.{1,128}$/su, "a text of 1 to 128 characters"),
          roleArn: arn,
        },
        {},
      ),
    ),
  },
);

const readIdentityPool: Reader<IdentityPool> = object(
  {
    id: matching(/^[\w-]+:[0-9a-f-]{36}$/, "an identity pool id such as us-east-1:<uuid>"),
    allowClassicFlow: flag,
    allowUnauthenticated: flag,
    clientIds: list(text),
    roles: object({}, { authenticated: arn, unauthenticated: arn }),
  },
  { roleMappings: mapOf(readRoleMapping), principalTags: mapOf(matching(/^.{1,256}$/su, "a claim name")) },
);

const readTable: Reader<Table> = object(
  { name: text, partitionKey: text },
  {
    sortKey: text,
    indexes: list(object({ name: text, partitionKey: text }, { sortKey: text })),
    items: list(mapOf(scalar)),
  },
);

const readWorld: Reader<World> = object(
  {
    account: matching(/^\d{12}$/, "twelve digits, in quotes"),
    region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as us-east-1"),
    userPool: readUserPool,
    identityPools: list(readIdentityPool),
    roles: list(
      object({ name: text, trust: document, policies: list(document) }, { maxSessionSeconds: count }),
    ),
    buckets: mapOf(mapOf((value, at, problems) => (value === "" ? "" : text(value, at, problems)))),
    tables: list(readTable),
  },
  {
    iamUsers: list(
      object(
        {
          name: text,
          accessKeyId: matching(/^AKIA[A-Z2-7]{12,124}$/, "an access key id such as AKIA…"),
          secretAccessKey: text,
          policies: list(document),
        },
        {},
      ),
    ),
    oidcProviders: list(
      object({ url: matching(/^(?!https?:)\S+$/, "a URL without scheme"), clientIds: list(text) }, {}),
    ),
  },
);

/**
 * Checks a parsed YAML or JSON document and returns it as a world.
 *
 * @throws TypeError naming every problem with its path, one a line.
 */
export function parseWorld(document: unknown): World {
  const problems: string[] = [];
  const world = readWorld(document, "", problems);
  if (problems.length === 0) problems.push(...referenceProblems(world));
  if (problems.length > 0) throw new TypeError(`the local world is not valid:\n  ${problems.join("\n  ")}`);
  return world;
}
