import type { Api, ApiMapping, LambdaFunction, World } from "../world.ts";

/** Whom a request is for, where its host says so; undefined parts are those that the world does not have. */
export type Addressee =
  | { readonly kind: "api"; readonly api: Api | undefined }
  | { readonly kind: "domain"; readonly mappings: readonly ApiMapping[] }
  | { readonly kind: "function"; readonly function: LambdaFunction | undefined };

/** The only value of a header, by its name in lower case; undefined when it is absent, or comes more than once. */
export type HeaderOf = (name: string) => string | undefined;

const REGION = "(?<region>[a-z]{2,4}(?:-[a-z]+)+-\\d)";
const DOMAIN = "(?:amazonaws\\.com(?:\\.cn)?|localhost)";

/**
 * Hosts of APIs by their `id`, those of VPC endpoints, and hosts of function URLs by their `urlId`.
 *
 * Sources: API Gateway Developer Guide, "Invoking REST APIs", "Invoking a private API"; Lambda Developer Guide, "Creating
 * and managing Lambda function URLs". What ends in `.localhost` has the same forms.
 */
const API = new RegExp(`^(?<id>[a-z0-9]+)(?:-vpce-[a-z0-9-]+)?\\.execute-api\\.${REGION}\\.${DOMAIN}$`);
const ENDPOINT = new RegExp(`^vpce-[a-z0-9-]+\\.execute-api\\.${REGION}\\.vpce\\.amazonaws\\.com$`);
const FUNCTION = new RegExp(
  `^(?<id>[a-z0-9]+)\\.lambda-url\\.${REGION}\\.(?:on\\.aws|on\\.amazonwebservices\\.com\\.cn|localhost)$`,
);

/**
 * Reads whom the host of a request names: an API, a custom domain or a function's URL; undefined for any other host.
 *
 * `x-apigw-api-id` counts where the host names none of them, as at a VPC endpoint's own.
 */
export function addresseeOf(header: HeaderOf, world: World): Addressee | undefined {
  const host = (header("host") ?? "").toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const api = idIn(API, host, world);
  if (api !== undefined) return { kind: "api", api: apiOf(api, world) };
  const urlId = idIn(FUNCTION, host, world);
  if (urlId !== undefined) {
    return { kind: "function", function: world.functions?.find((each) => each.urlId === urlId) };
  }
  const { domains = {} } = world;
  const mappings = Object.hasOwn(domains, host) ? domains[host] : undefined;
  if (mappings !== undefined) return { kind: "domain", mappings };
  const named = header("x-apigw-api-id");
  if (named !== undefined) return { kind: "api", api: apiOf(named, world) };
  return ENDPOINT.test(host) ? { kind: "api", api: undefined } : undefined;
}

/** The id in a host; empty, which is nobody's, where the host is of another region. */
function idIn(form: RegExp, host: string, { region }: World): string | undefined {
  const groups = form.exec(host)?.groups;
  return groups === undefined || groups["region"] === region ? groups?.["id"] : "";
}

function apiOf(id: string, { apis = [] }: World): Api | undefined {
  return apis.find((api) => api.id === id);
}
