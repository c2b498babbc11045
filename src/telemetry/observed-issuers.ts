import type { Clock } from "../domain/clock.ts";

/** Whom the name of an issuer stands for: all that tells it from another. */
export interface NamedIssuer {
  readonly name: string;
}

/** Which issuers there are, and since when each is the one that its name stands for. */
export interface Standing {
  /** From now on there are these. Gives the names that stand for nobody any more, or for another than before. */
  readonly adopt: (issuers: readonly NamedIssuer[]) => ReadonlySet<string>;
  /** Whether what began then was done by a caller of whom the name stands for now. Epoch milliseconds. */
  readonly holdsSince: (name: string, beganMs: number) => boolean;
}

interface Stands {
  readonly whom: string;
  readonly sinceMs: number;
}

/** Until it is told otherwise every name stands, and has for ever. */
export function createStanding(now: Clock): Standing {
  let standing: ReadonlyMap<string, Stands> | undefined;
  return {
    adopt: (issuers) => {
      const before = standing;
      const sinceMs = before === undefined ? Number.NEGATIVE_INFINITY : now();
      standing = new Map(
        issuers.map((issuer) => {
          const known = before?.get(issuer.name);
          const whom = JSON.stringify(issuer);
          return [issuer.name, known?.whom === whom ? known : { whom, sinceMs }];
        }),
      );
      const after = standing;
      return new Set([...(before ?? [])].flatMap(([name, was]) => (after.get(name) === was ? [] : [name])));
    },
    holdsSince: (name, beganMs) =>
      standing === undefined || beganMs >= (standing.get(name)?.sinceMs ?? Number.POSITIVE_INFINITY),
  };
}
