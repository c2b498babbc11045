import { isIP } from "node:net";

/** A host and a port to listen on. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:4480` or `[::1]:4480`; undefined where it is neither. */
export function parseAddress(text: string): Address | undefined {
  const { host, port } = /^(?<host>\[[0-9a-fA-F:.]+\]|[^:[\]]+):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (host === undefined || port === undefined || Number(port) > 65_535) return undefined;
  return { host: host.startsWith("[") ? host.slice(1, -1) : host, port: Number(port) };
}

/** Whether a host is this machine, by its number or as `localhost`; other names are not trusted to stay so. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether the value of a `Host` header, with or without a port, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
}

/** Addresses that answer with the machine's own credentials, or lie on the link: never an upstream. */
export function isLinkLocal(host: string): boolean {
  return host.startsWith("169.254.") || /^fe[89ab]/i.test(host) || host.toLowerCase() === "fd00:ec2::254";
}

/** What is wrong with an endpoint URL; undefined where nothing is. */
export function endpointProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "it is not a URL";
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it is neither https: nor http:";
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return "an endpoint has no user, query or fragment";
  }
  if (url.pathname !== "/") return "an endpoint has no path";
  if (isLinkLocal(host)) return "link-local and metadata addresses are not upstreams";
  if (url.protocol === "http:" && !isLoopback(host))
    return "http: is for loopback addresses only; use https:";
  return undefined;
}
