import { certificatesIn } from "./certificates.ts";
import type { Draft } from "./draft.ts";
import type { Surroundings } from "./expand.ts";
import type { Found } from "./problem.ts";

/** Finds certificates of the listener that clients do not take now: it may start, and each of them turns away. */
export function warnOfCertificates(
  { listen }: Draft,
  { file, now }: Pick<Surroundings, "file" | "now">,
): readonly Found[] {
  const name = listen?.tls?.certFile ?? "";
  const certificates = certificatesIn((name === "" ? undefined : file(name)) ?? "") ?? [];
  return certificates.flatMap(({ validFrom, validTo }) => {
    const path = ["listen", "tls", "certFile"];
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    if (to < now()) return [{ path, message: `the file ${name}: a certificate in it ended ${toMoment(to)}` }];
    if (from > now())
      return [{ path, message: `the file ${name}: a certificate in it begins ${toMoment(from)}` }];
    return [];
  });
}

function toMoment(ms: number): string {
  return new Date(ms).toISOString();
}
