import type { Config } from "../config/schema.ts";
import type { TlsFiles } from "./certificate.ts";

/** What a process begins with and keeps: setting by setting, in the words of the configuration. */
const FIXED: readonly (readonly [path: string, read: (config: Config) => unknown])[] = [
  ["listen.address", ({ listen }) => listen.address],
  ["listen.mode", ({ listen }) => listen.mode],
  ["listen.tls", ({ listen }) => kindOf(listen.tls)],
  ["probes.address", ({ probes }) => probes.address],
  ["operator.address", ({ operator }) => operator.address],
  ["operator.mode", ({ operator }) => operator.mode],
  ["operator.tls", ({ operator }) => kindOf(operator.tls)],
  ["authorize.address", ({ authorize }) => authorize?.address],
  ["authorize.mode", ({ authorize }) => authorize?.mode],
  ["authorize.tls", ({ authorize }) => kindOf(authorize?.tls)],
  ["limits.headers", ({ limits }) => limits.headers],
];

/** Whether TLS is spoken, and client certificates asked for. */
function kindOf(tls: TlsFiles | undefined): readonly boolean[] {
  return [tls !== undefined, tls?.clientCaFile !== undefined];
}

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
