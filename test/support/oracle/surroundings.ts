import type { Api, World } from "../../../src/local/world.ts";
import { withRules } from "../own-rules.ts";

/** APIs of which no request may reach a path that these name, however it is spelled (`GET`, `/Secret`, `/secret/`). */
export const DENIED_PATHS: readonly string[] = ["*/admin*", "*/Secret/", "POST/Orders/?/Close"];

const DENIED_RESOURCES = DENIED_PATHS.map((path) => `arn:aws:execute-api:us-east-1:123456789012:*/*/${path}`);

const OWN_RULES = `
    - name: admins bring keys
      who: { groups: [admins] }
      allow: ["s3:*"]
      on: ["*"]
      when:
        "Null":
          "s3:x-amz-server-side-encryption-customer-algorithm": "false"
      role: arn:aws:iam::123456789012:role/admin
    - name: nobody enters the back office
      deny: ["execute-api:*"]
      on: ${JSON.stringify(DENIED_RESOURCES)}
`;

/**
 * The shipped configuration with AWS at a port, an upstream for each way to reach a service, and rules by which some do
 * everything and others little.
 */
export function withUpstreams(yaml: string, port: number): string {
  const upstreams = `upstreams:
  s3: { service: s3, addressing: { hostSuffix: s3.localhost } }
  dynamodb: { service: dynamodb, tables: { Orders: { partitionKey: customerId } } }
  owned: { service: s3, account: "123456789012", match: { pathPrefix: /owned } }
  files: { service: s3, match: { host: files.localhost } }
  elsewhere: { service: s3, region: eu-west-1 }
  hosted: { service: s3, addressing: { style: virtual-hosted }, match: { pathPrefix: /hosted } }
  orders: { service: execute-api, api: { id: ordersapi1, stage: prod } }
  chat: { service: execute-api, api: { id: chatapi001, stage: prod }, match: { pathPrefix: /chat } }
  shop:
    service: execute-api
    api: { id: shopapi001, stage: live, otherMappings: [v1, v1/shop/orders, v1/shop/a+b/c] }
    endpoint: "http://localhost:${port}/v1/shop"
    match: { host: shop.localhost }
  inner:
    service: execute-api
    api: { id: innerapi01, stage: prod, sendId: true }
    endpoint: "http://127.0.0.1:${port}/prod"
    match: { pathPrefix: /inner }
    identityHeaders: { X-User: sub }
  open: { service: execute-api, api: { id: openapi001, stage: $default, otherStages: [dev, orders] }, match: { pathPrefix: /open } }
  profiles: { service: execute-api, api: { id: profileapi, stage: prod }, auth: token, match: { pathPrefix: /profiles } }
  resize: { service: lambda, function: { name: resize, urlId: resizeurl1 }, match: { pathPrefix: /resize } }
  lambda: { service: lambda }
  sqs: { service: sqs }
  forms: { service: sqs, protocol: query, match: { pathPrefix: /forms } }
  sns: { service: sns }
  states: { service: states }
  kinesis: { service: kinesis }
  monitoring: { service: monitoring }
  gauges: { service: monitoring, protocol: query, match: { pathPrefix: /gauges } }
  metrics: { service: monitoring, protocol: rpc-v2-cbor, match: { pathPrefix: /metrics } }
`;
  const rules = /^ {2}rules:\n([^]*?)(?=^log:)/m.exec(yaml)?.[1] ?? "";
  return withRules(
    yaml
      .replace(/^ {2}endpoint: .*$/m, () => `  endpoint: "http://127.0.0.1:${port}"`)
      .replace(/^upstreams:\n(?: .*\n)+/m, () => upstreams),
    `${OWN_RULES.slice(1)}${rules}`,
  );
}

/** The shipped world with the APIs of these upstreams. What is beside each would be reached by another reading of a path. */
export function withApis(world: World): World {
  const { apis = [], domains = {} } = world;
  return {
    ...world,
    apis: [
      ...apis,
      apiOf("shopapi001", "live", "test"),
      apiOf("innerapi01", "prod", "dev"),
      apiOf("openapi001", "$default", "dev", "orders"),
    ],
    domains: {
      ...domains,
      localhost: [
        { basePath: "v1/shop", api: "shopapi001", stage: "live" },
        { basePath: "v1/shop/orders", api: "ordersapi1", stage: "dev" },
        { basePath: "v1/shop/a+b/c", api: "ordersapi1", stage: "dev" },
        { basePath: "v1", api: "ordersapi1", stage: "dev" },
        { api: "shopapi001", stage: "test" },
      ],
    },
  };
}

function apiOf(id: string, ...stages: readonly string[]): Api {
  return { id, name: id, stages, authorizer: "iam" };
}
