import { asMap, type Draft } from "./draft.ts";
import type { Found, Path } from "./problem.ts";

/** Finds what is wrong with the issuers together: whom they are, and what their tokens are. */
export function refuseIdentity(draft: Draft): readonly Found[] {
  return [...nobody(draft), ...twice(draft), ...pools(draft), ...issuers(draft)];
}

const POOLS: Path = ["identity", "userPools"];
const ISSUERS: Path = ["identity", "issuers"];

/** A section that is not there, or holds no list where one belongs, is the schema's to tell of. */
function nobody({ userPools, issuers, guests, document }: Draft): Found[] {
  const section = asMap(document)["identity"];
  if (section !== asMap(section) || userPools.length > 0 || issuers.length > 0 || guests !== "deny")
    return [];
  return [{ path: POOLS, message: "nobody could call: it takes a user pool, an issuer, or guests: allow" }];
}

/** Each pool and issuer is one name, and each name one of them. */
function twice({ userPools, issuers }: Draft): Found[] {
  const names = new Map<string, string>();
  const seen = new Set<string>();
  const look = (path: Path, noun: string, name: string, [member, value]: readonly [string, string]) => {
    const found: Found[] = [];
    const other = names.get(name);
    if (other !== undefined)
      found.push({ path: [...path, "name"], message: `another ${other} is named "${name}" too` });
    else names.set(name, noun);
    if (seen.has(value)) found.push({ path: [...path, member], message: `this ${noun} stands here already` });
    seen.add(value);
    return found;
  };
  return [
    ...userPools.flatMap(({ key, fit }) =>
      fit === undefined ? [] : look([...POOLS, key], "user pool", fit.name, ["id", fit.id]),
    ),
    ...issuers.flatMap(({ key, fit }) =>
      fit === undefined ? [] : look([...ISSUERS, key], "issuer", fit.name, ["issuer", fit.issuer]),
    ),
  ];
}

function pools({ userPools, aws }: Draft): Found[] {
  return userPools.flatMap(({ key, raw, fit }) => {
    const found = accessSettings(asMap(raw));
    const { id = "", regions = [] } = fit ?? {};
    if (id.endsWith("_LOCAL") && aws !== undefined && aws.endpoint === undefined) {
      const message = "the stand-in's user pool is for tests, with aws.endpoint on loopback";
      found.push({ path: ["id"], message });
    }
    const own = regions.findIndex((region) => id.startsWith(`${region}_`));
    if (own !== -1) found.push({ path: ["regions", own], message: "the pool's own region needs no mention" });
    return found.map((one) => ({ ...one, path: [...POOLS, key, ...one.path] }));
  });
}

/** Whoever takes access tokens says which scopes they must hold, so that a delegated token is not the user. */
function accessSettings(pool: Readonly<Record<string, unknown>>): Found[] {
  const uses = pool["tokenUse"];
  if (!Array.isArray(uses) || uses.length === 0 || !uses.every((use) => use === "id" || use === "access"))
    return [];
  if (!uses.includes("access")) {
    const odd = ["requiredScopes", "resources"].filter((member) => Object.hasOwn(pool, member));
    const message = "only access tokens have it; put access in tokenUse, or leave it out";
    return odd.map((member) => ({ path: [member], message }));
  }
  if (Object.hasOwn(pool, "requiredScopes")) return [];
  const message =
    "with access in tokenUse it is required: the scopes that an access token must hold, or [] for none";
  return [{ path: ["requiredScopes"], message }];
}

function issuers({ issuers: entries }: Draft): Found[] {
  return entries.flatMap(({ key, fit }) => {
    if (fit === undefined || (fit.jwksUri === undefined) !== (fit.jwksFile === undefined)) return [];
    const message =
      fit.jwksUri === undefined
        ? "its keys come from somewhere: it needs jwksUri or jwksFile"
        : "its keys come from one place: it has either jwksUri or jwksFile";
    return [{ path: [...ISSUERS, key], message }];
  });
}
