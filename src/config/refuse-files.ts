import { X509Certificate } from "node:crypto";
import { parseKeyFile } from "../credentials/seal.ts";
import { Refusal } from "../domain/refusal.ts";
import { ALGORITHMS } from "../identity/algorithm.ts";
import { parseDenylist } from "../identity/denylist.ts";
import { type KeyTerms, readKeySet, USER_POOL_KEYS } from "../identity/jwks.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import { type Found, type Path, valueAt } from "./problem.ts";

/** Finds files that cannot be read, or do not hold what they are for. */
export function refuseFiles(draft: Draft, file: Surroundings["file"]): readonly Found[] {
  return filesOf(draft).flatMap(({ path, complaintsOf }) => {
    const name = valueAt(draft.document, path);
    if (typeof name !== "string" || name === "") return [];
    const text = file(name);
    if (text === undefined) return [{ path, message: `the file ${name} cannot be read` }];
    return complaintsOf(text).map((complaint) => ({ path, message: `the file ${name}: ${complaint}` }));
  });
}

interface NamedFile {
  readonly path: Path;
  readonly complaintsOf: (text: string) => readonly string[];
}

function filesOf({ userPools, issuers }: Draft): readonly NamedFile[] {
  const shared: Path = ["credentials", "shared"];
  return [
    ...userPools.map(({ key }) => keySetAt(["identity", "userPools", key, "jwksFile"], USER_POOL_KEYS)),
    ...issuers.map(({ key, fit }) =>
      keySetAt(["identity", "issuers", key, "jwksFile"], {
        algorithms: fit?.algorithms ?? ALGORITHMS,
        isExplicit: false,
      }),
    ),
    { path: ["identity", "denylistFile"], complaintsOf: ofDenylist },
    { path: [...shared, "keyFile"], complaintsOf: ofKeyFile },
    { path: [...shared, "passwordFile"], complaintsOf: ofPassword },
    { path: [...shared, "caFile"], complaintsOf: ofCertificates },
  ];
}

function keySetAt(path: Path, terms: KeyTerms): NamedFile {
  return {
    path,
    complaintsOf: (text) => {
      try {
        readKeySet(text, terms);
        return [];
      } catch (error) {
        return [(error instanceof Refusal ? error.detail : undefined) ?? "it is no key set"];
      }
    },
  };
}

function ofDenylist(text: string): readonly string[] {
  const parsed = parseDenylist(text);
  return "entries" in parsed ? [] : parsed.problems.map(({ line, message }) => `line ${line}: ${message}`);
}

function ofKeyFile(text: string): readonly string[] {
  const parsed = parseKeyFile(text);
  return "problem" in parsed ? [parsed.problem] : [];
}

/** What is said of a key or a password never shows it. */
function ofPassword(text: string): readonly string[] {
  return /^\P{Cc}+$/u.test(text) ? [] : ["a password is one line that is not empty"];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function ofCertificates(text: string): readonly string[] {
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every(isCertificate) ? [] : ["it holds no certificates as PEM"];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
