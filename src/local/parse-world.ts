import { parse } from "yaml";
import { API_READERS } from "./parse-apis.ts";
import {
  count,
  document,
  flag,
  isObject,
  list,
  mapOf,
  matching,
  object,
  oneOf,
  scalar,
  text,
} from "./shape.ts";
import type { Reader } from "./shape.ts";
import { referenceProblems } from "./world-references.ts";
import type {
  IdentityPool,
  OpenIdProvider,
  RoleMapping,
  Table,
  UserPool,
  World,
  WorldBucket,
} from "./world.ts";

const arn = matching(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "a role ARN");

const region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as us-east-1");

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

const withoutScheme = matching(/^(?!https?:)\S+$/, "a URL without scheme");
const principalTags = mapOf(matching(/^.{1,256}$/su, "a claim name"));

const readOpenIdProvider: Reader<OpenIdProvider> = object(
  { provider: withoutScheme, clientIds: list(text) },
  { principalTags },
);

const readIdentityPool: Reader<IdentityPool> = object(
  {
    id: matching(/^[\w-]+:[0-9a-f-]{36}$/, "an identity pool id such as us-east-1:<uuid>"),
    allowClassicFlow: flag,
    allowUnauthenticated: flag,
    clientIds: list(text),
    roles: object({}, { authenticated: arn, unauthenticated: arn }),
  },
  {
    serverSideTokenCheck: flag,
    openIdProviders: list(readOpenIdProvider),
    roleMappings: mapOf(readRoleMapping),
    principalTags,
  },
);

const readTable: Reader<Table> = object(
  { name: text, partitionKey: text },
  {
    sortKey: text,
    indexes: list(object({ name: text, partitionKey: text }, { sortKey: text })),
    items: list(mapOf(scalar)),
    stream: oneOf("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
  },
);

const readObjects = mapOf<string>((value, at, problems) => (value === "" ? "" : text(value, at, problems)));
const readWholeBucket = object({ objects: readObjects }, { region });

/** A bucket may be written as its objects alone: contents are texts, so a mapping called `objects` is none of them. */
const readBucket: Reader<WorldBucket> = (value, at, problems) =>
  isObject(value) && isObject(value["objects"])
    ? readWholeBucket(value, at, problems)
    : { objects: readObjects(value, at, problems) };

const worldReader: Reader<World> = object(
  {
    account: matching(/^\d{12}$/, "twelve digits, in quotes"),
    region,
    userPool: readUserPool,
    identityPools: list(readIdentityPool),
    roles: list(
      object({ name: text, trust: document, policies: list(document) }, { maxSessionSeconds: count }),
    ),
    buckets: mapOf(readBucket),
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
    accessPoints: list(
      object(
        { name: matching(/^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/, "an access point name"), bucket: text },
        {},
      ),
    ),
    oidcProviders: list(object({ url: withoutScheme, clientIds: list(text) }, {})),
    ...API_READERS,
  },
);

/**
 * Checks a parsed YAML or JSON document and returns it as a world.
 *
 * @throws TypeError naming every problem with its path, one a line.
 */
export function parseWorld(document: unknown): World {
  const problems: string[] = [];
  const world = worldReader(document, "", problems);
  if (problems.length === 0) problems.push(...referenceProblems(world));
  if (problems.length > 0) throw new TypeError(`the local world is not valid:\n  ${problems.join("\n  ")}`);
  return world;
}

/** Reads a world from the text of its YAML file. */
export function readWorld(text: string): World {
  return parseWorld(parse(text));
}
