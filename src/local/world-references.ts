import { MAX_RULES } from "./identity/role-choice.ts";
import { MAX_TAGS } from "./identity/principal-tags.ts";
import { roleMappingKey } from "./identity/role-mapping-key.ts";
import type { Api, AppClient, IdentityPool, RoleMapping, Table, World } from "./world.ts";

/** What in a well-formed world points at nothing, is there twice or goes past a limit of AWS; empty when all is well. */
export function referenceProblems(world: World): readonly string[] {
  const { userPool } = world;
  return [
    ...repeated("userPool.clients", userPool.clients, (client) => client.id),
    ...repeated("userPool.groups", userPool.groups, (group) => group.name),
    ...repeated("userPool.users", userPool.users, (user) => user.username),
    ...repeated("userPool.users", userPool.users, (user) => user.sub),
    ...repeated("identityPools", world.identityPools, (pool) => pool.id),
    ...repeated("roles", world.roles, (role) => role.name),
    ...repeated("iamUsers", world.iamUsers ?? [], (user) => user.accessKeyId),
    ...repeated("iamUsers", world.iamUsers ?? [], (user) => user.name),
    ...repeated("oidcProviders", world.oidcProviders ?? [], (provider) => provider.url),
    ...repeated("accessPoints", world.accessPoints ?? [], (point) => point.name),
    ...repeated("tables", world.tables, (table) => table.name),
    ...regionProblems(world),
    ...userPool.clients.flatMap((client, index) => clientProblems(client, `userPool.clients[${index}]`)),
    ...groupProblems(world),
    ...(world.accessPoints ?? [])
      .filter(({ bucket }) => !Object.hasOwn(world.buckets, bucket))
      .map(({ name, bucket }) => `accessPoints: "${name}" is of "${bucket}", and there is no such bucket`),
    ...world.identityPools.flatMap((pool, index) => poolProblems(pool, `identityPools[${index}]`, world)),
    ...world.tables.flatMap((table, index) => tableProblems(table, `tables[${index}]`)),
    ...gatewayProblems(world),
    ...iotProblems(world),
    ...(["queues", "topics", "stateMachines", "streams"] as const).flatMap((part) =>
      repeated(part, world[part] ?? [], (name) => name),
    ),
  ];
}

function repeated<T>(at: string, items: readonly T[], key: (item: T) => string): string[] {
  const keys = items.map(key);
  return [...new Set(keys.filter((each, index) => keys.indexOf(each) !== index))].map(
    (each) => `${at} has "${each}" twice`,
  );
}

function regionProblems({ region, userPool, identityPools }: World): string[] {
  const wrong = `must begin with the region ${region}`;
  return [
    ...(userPool.id.startsWith(`${region}_`) ? [] : [`userPool.id ${wrong}`]),
    ...identityPools.flatMap((pool, index) =>
      pool.id.startsWith(`${region}:`) ? [] : [`identityPools[${index}].id ${wrong}`],
    ),
  ];
}

function clientProblems(client: AppClient, at: string): string[] {
  const { flows, secret, redirectUris = [], logoutUris = [], scopes = [] } = client;
  const needs: readonly (readonly [AppClient["flows"][number], string, boolean])[] = [
    ["code", "redirectUris", redirectUris.length > 0],
    ["client_credentials", "secret", secret !== undefined],
    ["client_credentials", "scopes", scopes.length > 0],
  ];
  return [
    ...needs
      .filter(([flow, , there]) => flows.includes(flow) && !there)
      .map(([flow, what]) => `${at} has the flow ${flow} but no ${what}`),
    ...[...redirectUris, ...logoutUris]
      .filter((uri) => !URL.canParse(uri) || uri.includes("#"))
      .map((uri) => `${at}: "${uri}" is not an absolute URI`),
  ];
}

function groupProblems(world: World): string[] {
  const { groups, users } = world.userPool;
  return [
    ...groups.flatMap((group, index) => roleProblems(group.role, `userPool.groups[${index}].role`, world)),
    ...users.flatMap((user, index) =>
      user.groups
        .filter((name) => !groups.some((group) => group.name === name))
        .map((name) => `userPool.users[${index}].groups: there is no group "${name}"`),
    ),
  ];
}

function roleProblems(arn: string | undefined, at: string, world: World): string[] {
  const known = world.roles.map((role) => `arn:aws:iam::${world.account}:role/${role.name}`);
  return arn === undefined || known.includes(arn) ? [] : [`${at}: there is no role ${arn}`];
}

function poolProblems(pool: IdentityPool, at: string, world: World): string[] {
  const { openIdProviders = [] } = pool;
  const problems = [
    ...repeated(`${at}.openIdProviders`, openIdProviders, (each) => each.provider),
    ...roleProblems(pool.roles.authenticated, `${at}.roles.authenticated`, world),
    ...roleProblems(pool.roles.unauthenticated, `${at}.roles.unauthenticated`, world),
    ...pool.clientIds
      .filter((id) => !world.userPool.clients.some((client) => client.id === id))
      .map((id) => `${at}.clientIds: there is no app client "${id}"`),
  ];
  const tagged = [
    { at, pool },
    ...openIdProviders.map((each, n) => ({ at: `${at}.openIdProviders[${n}]`, pool: each })),
  ];
  for (const { at, pool } of tagged) {
    const count = Object.keys(pool.principalTags ?? {}).length;
    if (count > MAX_TAGS) problems.push(`${at}.principalTags has more than ${MAX_TAGS} tags`);
  }
  for (const [key, mapping] of Object.entries(pool.roleMappings ?? {})) {
    const mappingAt = `${at}.roleMappings["${key}"]`;
    problems.push(...keyProblems(key, mapping, { at: mappingAt, pool, world }));
    problems.push(...mappingProblems(mapping, mappingAt, world));
  }
  return problems;
}

function keyProblems(
  key: string,
  { type }: RoleMapping,
  where: { readonly at: string; readonly pool: IdentityPool; readonly world: World },
): string[] {
  const { at, pool, world } = where;
  const userPool = `cognito-idp.${world.region}.amazonaws.com/${world.userPool.id}`;
  if (pool.clientIds.some((id) => key === `${userPool}:${id}`)) return [];
  const providers = (pool.openIdProviders ?? []).map(({ provider }) => roleMappingKey(world, provider));
  if (!providers.includes(key))
    return [`${at} must be ${[`${userPool}:<one of clientIds>`, ...providers].join(" or ")}`];
  return type === "Token" ? [`${at} is of type Token, which is for user pools only`] : [];
}

function mappingProblems({ type, rules }: RoleMapping, at: string, world: World): string[] {
  if (type === "Token") return rules === undefined ? [] : [`${at} is of type Token and takes no rules`];
  if (!rules?.length) return [`${at} is of type Rules and needs rules`];
  return [
    ...(rules.length > MAX_RULES ? [`${at}.rules has more than ${MAX_RULES} rules`] : []),
    ...rules.flatMap((rule, index) => roleProblems(rule.roleArn, `${at}.rules[${index}].roleArn`, world)),
  ];
}

/** Scopes that every app client may be given. */
const STANDARD_SCOPES = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];

function gatewayProblems({ apis = [], domains = {}, functions = [], userPool }: World): string[] {
  const scopes = new Set([...STANDARD_SCOPES, ...userPool.clients.flatMap(({ scopes = [] }) => scopes)]);
  const urlIds = functions.flatMap(({ urlId }) => (urlId === undefined ? [] : [urlId]));
  return [
    ...repeated("apis", apis, (api) => api.id),
    ...repeated("functions", functions, (each) => each.name),
    ...repeated("functions", urlIds, (urlId) => urlId),
    ...apis.flatMap((api, index) => apiProblems(api, `apis[${index}]`, scopes)),
    ...Object.entries(domains).flatMap(([domain, mappings]) => [
      ...repeated(`domains["${domain}"]`, mappings, ({ basePath = "" }) => basePath),
      ...mappings
        .filter(({ api, stage }) => !apis.some(({ id, stages }) => id === api && stages.includes(stage)))
        .map(({ api, stage }) => `domains["${domain}"]: there is no API "${api}" with a stage "${stage}"`),
    ]),
  ];
}

function apiProblems(api: Api, at: string, known: ReadonlySet<string>): string[] {
  const { stages, authorizer, scopes = [], websocket = false, connections } = api;
  return [
    ...(stages.length === 0 ? [`${at} has no stages`] : []),
    ...(scopes.length > 0 && authorizer === "iam" ? [`${at} has scopes, and its authorizer is iam`] : []),
    ...scopes
      .filter((scope) => !known.has(scope))
      .map((scope) => `${at}.scopes: no app client has "${scope}"`),
    ...(connections !== undefined && !websocket ? [`${at} has connections, and no websocket: true`] : []),
  ];
}

/** An id of an identity begins with its region, so that it is nobody's username. */
function iotProblems({ iotPolicies = [], userPool }: World): string[] {
  const usernames = userPool.users.map((user) => user.username);
  return [
    ...repeated("iotPolicies", iotPolicies, (policy) => policy.name),
    ...iotPolicies.flatMap(({ attachedTo = [] }, index) =>
      attachedTo
        .filter((target) => !target.includes(":") && !usernames.includes(target))
        .map((target) => `iotPolicies[${index}].attachedTo: there is no user "${target}"`),
    ),
  ];
}

function tableProblems(table: Table, at: string): string[] {
  const keys = [table.partitionKey, ...(table.sortKey === undefined ? [] : [table.sortKey])];
  return (table.items ?? []).flatMap((item, index) =>
    keys
      .filter((key) => typeof item[key] !== "string")
      .map((key) => `${at}.items[${index}] has no key ${key} that is a text`),
  );
}
