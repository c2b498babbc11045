import { GET_CREDENTIALS } from "../policy/own-actions.ts";
import type { Draft } from "./draft.ts";
import type { Found, Path } from "./problem.ts";
import { isOpenOrigin } from "./url-problem.ts";

/** Finds what may not be meant of pages that call from browsers, and of Postern's own pages. */
export function warnOfPages(draft: Draft): readonly Found[] {
  return [...openOrigins(draft), ...presign(draft), ...credentials(draft)];
}

/** Of a page that is not what its author wrote the token is not safe. */
function openOrigins({ upstreams, selfService }: Draft): Found[] {
  return [
    ...upstreams.flatMap(({ key, fit }) =>
      (["cors", "websocket"] as const).flatMap((by) =>
        openAmong(fit?.[by]?.origins ?? [], ["upstreams", key, by, "origins"]),
      ),
    ),
    ...openAmong(selfService?.origins ?? [], ["selfService", "origins"]),
  ];
}

function openAmong(origins: readonly string[], path: Path): Found[] {
  return origins.flatMap((origin, i) =>
    isOpenOrigin(origin)
      ? [
          {
            path: [...path, i],
            message: "whoever is on the way can change this page, and take its token; use https:",
          },
        ]
      : [],
  );
}

function presign({ selfService, upstreams }: Draft): Found[] {
  if (selfService?.presign === undefined) return [];
  if (upstreams.some(({ fit }) => fit === undefined || fit.service === "s3")) return [];
  const message = "URLs are for what is at S3, and no upstream is of the service s3";
  return [{ path: ["selfService", "presign"], message }];
}

/** What is given out and what rules allow of it must both be written. */
function credentials({ selfService, rules }: Draft): Found[] {
  if (selfService === undefined) return [];
  const allows = rules.flatMap(({ key, fit }) =>
    (fit?.allow ?? []).flatMap((action, i) =>
      isGiving(action) ? [["policy", "rules", key, "allow", i]] : [],
    ),
  );
  if (selfService.credentials?.real !== true) return allows.map((path) => ({ path, message: NOT_GIVEN }));
  if (allows.length > 0 || rules.some(({ fit }) => fit === undefined)) return [];
  const message = `no rule allows ${GET_CREDENTIALS} by its name, so nobody gets any`;
  return [{ path: ["selfService", "credentials", "real"], message }];
}

/** No wildcard means it. */
function isGiving(action: string): boolean {
  return action.toLowerCase() === GET_CREDENTIALS.toLowerCase();
}

const NOT_GIVEN =
  "no credentials are given out; write selfService: { credentials: { real: true } }, or leave it out";
