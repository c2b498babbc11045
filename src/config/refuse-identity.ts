import { dnsSuffixOf } from "../aws/endpoint.ts";
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

/** A pool or an issuer, with what is its alone. */
interface Claimant {
  readonly path: Path;
  readonly noun: string;
  readonly name: string;
  /** What it is, and the key where that stands. */
  readonly self: readonly [key: string, value: string];
  /** What it is called in `Logins`, and the key where that may stand. */
  readonly login: readonly [key: string, value: string];
}

/**
 * Each pool and issuer is one name, and each name one of them; so is each login key, since the identity ids of callers
 * are kept by it.
 */
function twice(draft: Draft): Found[] {
  const all = claimantsIn(draft);
  return [
    ...repeated(all, ({ name }) => name).map(([{ path, name }, other]) => ({
      path: [...path, "name"],
      message: `another ${other.noun} is named "${name}" too`,
    })),
    ...repeated(all, ({ self }) => self[1]).map(([{ path, noun, self }]) => ({
      path: [...path, self[0]],
      message: `this ${noun} stands here already`,
    })),
    ...repeated(all, ({ login }) => login[1])
      .filter(([one, other]) => one.self[1] !== other.self[1])
      .map(([{ path, login }, other]) => ({
        path: [...path, login[0]],
        message: `"${login[1]}" is the login key of ${other.name} already`,
      })),
  ];
}

function claimantsIn({ userPools, issuers }: Draft): readonly Claimant[] {
  const pools = userPools.flatMap(({ key, fit }): Claimant[] => {
    if (fit === undefined) return [];
    const { id, name, loginProvider = usualLoginOf(id) } = fit;
    const login = ["loginProvider", loginProvider] as const;
    return [{ path: [...POOLS, key], noun: "user pool", name, self: ["id", id], login }];
  });
  const others = issuers.flatMap(({ key, fit }): Claimant[] => {
    if (fit === undefined) return [];
    const { name, issuer, loginKey } = fit;
    const login = ["loginKey", loginKey] as const;
    return [{ path: [...ISSUERS, key], noun: "issuer", name, self: ["issuer", issuer], login }];
  });
  return [...pools, ...others];
}

/** What `createUserPoolVerifier` calls a pool in `Logins` where nothing is said. */
function usualLoginOf(id: string): string {
  const region = id.slice(0, id.indexOf("_"));
  return `cognito-idp.${region}.${dnsSuffixOf(region)}/${id}`;
}

/** Each that has what an earlier one has, with that earlier one. */
function repeated(all: readonly Claimant[], valueOf: (one: Claimant) => string): [Claimant, Claimant][] {
  const firsts = new Map<string, Claimant>();
  return all.flatMap((one): [Claimant, Claimant][] => {
    const first = firsts.get(valueOf(one));
    if (first === undefined) firsts.set(valueOf(one), one);
    return first === undefined ? [] : [[one, first]];
  });
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
