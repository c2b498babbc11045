import { endpointPathOf, isInTheClear } from "./address.ts";
import { isByStages } from "./called-at.ts";
import { asMap, type Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import type { Config } from "./schema.ts";
import { inRegion } from "./upstream-schema.ts";

/** Finds what is wrong with APIs of API Gateway and functions by their URLs, and what is theirs and stands elsewhere. */
export function refuseApis(draft: Draft): readonly Found[] {
  const someAccess = mayHaveAccessTokens(draft);
  return draft.upstreams.flatMap(({ key, raw, fit }) => {
    const found = [
      ...twiceNamed(raw),
      ...(fit === undefined
        ? []
        : [...oddApi(fit), ...oddFunction(fit), ...oddAuth(fit, someAccess), ...oddIdentity(fit)]),
    ];
    return found.map((one) => ({ ...one, path: ["upstreams", key, ...one.path] }));
  });
}

type Settings = Config["upstreams"][string];
type Api = NonNullable<Settings["api"]>;

function oddApi(settings: Settings): Found[] {
  const { service, api } = settings;
  if (service !== "execute-api")
    return api === undefined
      ? []
      : [{ path: ["api"], message: `api is API Gateway's, and this is ${service}` }];
  if (api === undefined) return [{ path: [], message: NO_API }];
  return oddOthers(settings, api);
}

/** Said at the wrong host they would keep nobody from anything. */
function oddOthers(settings: Settings, { stage, otherStages, otherMappings }: Api): Found[] {
  const [ofStages, ofMappings] = [
    ["api", "otherStages"],
    ["api", "otherMappings"],
  ];
  if (isByStages(settings))
    return [
      ...(otherStages === undefined || stage === "$default" ? [] : [{ path: ofStages, message: ONE_STAGE }]),
      ...(otherMappings === undefined ? [] : [{ path: ofMappings, message: NO_DOMAIN }]),
    ];
  const own = settings.endpoint && endpointPathOf(settings.endpoint).toLowerCase();
  const isOwn = otherMappings?.some((path) => `/${path.toLowerCase()}` === own);
  return [
    ...(otherStages === undefined ? [] : [{ path: ofStages, message: NO_STAGES }]),
    ...(isOwn ? [{ path: ofMappings, message: OWN_MAPPING }] : []),
  ];
}

const ONE_STAGE = "a path of this stage begins with its name; leave it out";
const NO_DOMAIN = "mappings are of a custom domain, and this is AWS's own host; leave it out";
const NO_STAGES = "a custom domain leads by mappings and not by stages: write otherMappings";
const OWN_MAPPING = "the path of the endpoint is the mapping of this API itself; name the others";

const NO_API = "its ARNs name an API: write api: { id: ID, stage: STAGE }";

function oddFunction({ service, function: called, endpoint }: Settings): Found[] {
  if (called === undefined) return [];
  const path = ["function"];
  if (service !== "lambda") return [{ path, message: `a function is Lambda's, and this is ${service}` }];
  if (called.urlId !== undefined || endpoint !== undefined) return [];
  return [{ path, message: "write urlId, what the host of its URL begins with, or the URL as endpoint" }];
}

/** The token is the caller's own, and whoever reads it is the caller until it expires. */
function oddAuth({ service, auth, endpoint }: Settings, someAccess: boolean): Found[] {
  if (auth !== "token") return [];
  const path = ["auth"];
  if (service !== "execute-api")
    return [{ path, message: `AWS takes tokens at API Gateway alone, and this is ${service}` }];
  const isOpen = endpoint !== undefined && isInTheClear(inRegion(endpoint, "us-east-1"));
  return [
    ...(isOpen ? [{ path, message: "the caller's token would cross the network readable; use https:" }] : []),
    ...(someAccess ? [] : [{ path, message: NO_ACCESS }]),
  ];
}

const NO_ACCESS =
  "an access token is sent, and no caller has one: write access in the tokenUse of a user pool";

/** A pool that does not fit may have them once it is mended. Of other issuers only ID tokens are taken. */
function mayHaveAccessTokens({ userPools }: Draft): boolean {
  return userPools.some(({ fit }) => fit === undefined || fit.tokenUse.includes("access"));
}

function oddIdentity({ service, function: called, identityHeaders }: Settings): Found[] {
  const isApplication = service === "execute-api" || called !== undefined;
  if (isApplication || Object.keys(identityHeaders).length === 0) return [];
  const message = `they are for an application behind API Gateway or a function URL, and this is ${service}`;
  return [{ path: ["identityHeaders"], message }];
}

/** To HTTP they are one header, and which claim it told would be anybody's guess. */
function twiceNamed(raw: unknown): Found[] {
  const seen = new Map<string, string>();
  return Object.keys(asMap(asMap(raw)["identityHeaders"])).flatMap((name) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), other ?? name);
    if (other === undefined) return [];
    return [{ path: ["identityHeaders", name], message: `this header stands here already, as ${other}` }];
  });
}
