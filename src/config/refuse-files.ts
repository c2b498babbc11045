import { createPrivateKey, type KeyObject } from "node:crypto";
import { parseKeyFile } from "../credentials/seal.ts";
import { Refusal } from "../domain/refusal.ts";
import { ALGORITHMS } from "../identity/algorithm.ts";
import { parseDenylist } from "../identity/denylist.ts";
import { type KeyTerms, readKeySet, USER_POOL_KEYS } from "../identity/jwks.ts";
import { certificatesIn } from "./certificates.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import { operatorTokenIn } from "./operator-token.ts";
import { type Found, type Path, valueAt } from "./problem.ts";

/** Finds files that cannot be read, or do not hold what they are for. */
export function refuseFiles(draft: Draft, file: Surroundings["file"]): readonly Found[] {
  const unfit = filesOf(draft).flatMap(({ path, complaintsOf }) => {
    const name = valueAt(draft.document, path);
    if (typeof name !== "string" || name === "") return [];
    const text = file(name);
    if (text === undefined) return [{ path, message: `the file ${name} cannot be read` }];
    return complaintsOf(text).map((complaint) => ({ path, message: `the file ${name}: ${complaint}` }));
  });
  return [...unfit, ...TLS_PARTS.flatMap((part) => oddPair(draft, file, part))];
}

/** Where listeners have a certificate. */
const TLS_PARTS: readonly Path[] = [
  ["listen", "tls"],
  ["operator", "tls"],
  ["authorize", "tls"],
];

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
    ...TLS_PARTS.flatMap((part) => [
      { path: [...part, "certFile"], complaintsOf: ofCertificates },
      { path: [...part, "keyFile"], complaintsOf: ofPrivateKey },
      { path: [...part, "clientCaFile"], complaintsOf: ofCertificates },
    ]),
    { path: ["operator", "tokenFile"], complaintsOf: ofOperatorToken },
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

function ofOperatorToken(text: string): readonly string[] {
  return operatorTokenIn(text) === undefined
    ? ["a token is one line of 16 visible characters or more, without spaces"]
    : [];
}

function ofCertificates(text: string): readonly string[] {
  return certificatesIn(text) === undefined ? ["it holds no certificates as PEM"] : [];
}

function ofPrivateKey(text: string): readonly string[] {
  return privateKeyOf(text) === undefined ? ["it holds no private key as PEM without a passphrase"] : [];
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** A key that is not the certificate's own. Each alone may be good. */
function oddPair({ document }: Draft, file: Surroundings["file"], part: Path): readonly Found[] {
  const [cert, key] = ["certFile", "keyFile"].map((name) => {
    const path = valueAt(document, [...part, name]);
    return typeof path === "string" && path !== "" ? file(path) : undefined;
  });
  const privateKey = key === undefined ? undefined : privateKeyOf(key);
  const [first] = certificatesIn(cert ?? "") ?? [];
  if (privateKey === undefined || first === undefined || first.checkPrivateKey(privateKey)) return [];
  return [{ path: [...part, "keyFile"], message: "it is the key of another certificate" }];
}
