import type { Config } from "../config/schema.ts";

/** What a process begins with and keeps: setting by setting, in the words of the configuration. */
const FIXED: readonly (readonly [path: string, read: (config: Config) => unknown])[] = [
  ["listen.address", ({ listen }) => listen.address],
  ["listen.tls", ({ listen }) => listen.tls !== undefined],
  ["probes.address", ({ probes }) => probes.address],
  ["operator.address", ({ operator }) => operator.address],
  ["authorize.address", ({ authorize }) => authorize?.address],
  ["authorize.mode", ({ authorize }) => authorize?.mode],
  [
    "authorize.tls",
    ({ authorize }) => [authorize?.tls !== undefined, authorize?.tls?.clientCaFile !== undefined],
  ],
  ["limits.headers", ({ limits }) => limits.headers],
];

/** Why a configuration cannot take the place of the one that runs; empty where it can. */
export function needsRestart(running: Config, next: Config): readonly string[] {
  return FIXED.filter(
    ([path, read]) => !isGone(path, next) && JSON.stringify(read(running)) !== JSON.stringify(read(next)),
  ).map(([path]) => `${path}: a new value needs a restart`);
}

/** An outer proxy that is not configured any more is refused at once; where it asked goes with the process. */
function isGone(path: string, { authorize }: Config): boolean {
  return authorize === undefined && path.startsWith("authorize.");
}
