import type { Config } from "./schema.ts";

/**
 * By which host names, and from pages of which origins, those may call who bring no token in a header. Loopback names
 * are always good.
 */
export function ambientRulesOf({ listen, identity, upstreams }: Config) {
  const origins = identity.cookie?.origins ?? [];
  const matched = Object.values(upstreams).flatMap(({ match }) => match?.host ?? []);
  const hosts = [
    ...listen.hosts,
    ...matched.map(nameOf),
    ...origins.map((origin) => new URL(origin).hostname),
  ];
  return { hosts: new Set(hosts.map((host) => host.toLowerCase())), origins: new Set(origins) };
}

/** A host without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, "");
}
