import { BlockList, isIP, isIPv6 } from "node:net";

/** A host and a port to listen on. */
export interface Address {
  readonly host: string;
  /** 0 takes any port that is free. */
  readonly port: number;
}

const ADDRESS = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9.-]+)):(?<port>\d{1,5})$/;

/** Reads `127.0.0.1:4480`, `localhost:4480` or `[::1]:4480`; undefined where it is none of them. */
export function parseAddress(text: string): Address | undefined {
  const { ipv6, name, port } = ADDRESS.exec(text)?.groups ?? {};
  const host = name ?? (ipv6 !== undefined && isIPv6(ipv6) ? ipv6 : undefined);
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether a host is this machine, by its number or as `localhost`; other names are not trusted to stay so. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === "localhost" || isIn(LOOPBACK, host);
}

/** Whether the value of a `Host` header, with or without a port, is this machine. */
export function isLoopbackHost(host: string): boolean {
  const { ipv6, name } = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:]*))(?::\d{1,5})?$/.exec(host)?.groups ?? {};
  return isLoopback(ipv6 ?? name ?? "");
}

/** Link-local networks, where instances, tasks and pods get credentials of their own, and AWS's IPv6 twin of it. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");
LINK_LOCAL.addSubnet("fd00:ec2::", 32, "ipv6");
// IPv4 in ways that a gateway undoes: 169.254.0.0/16 behind NAT64 (RFC 6052), SIIT (RFC 2765), 6to4 (RFC 3056), as
// compatible with IPv4 (RFC 4291), and all of the NAT64 for local use, which puts it anywhere (RFC 8215).
LINK_LOCAL.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");
LINK_LOCAL.addSubnet("::ffff:0:a9fe:0", 112, "ipv6");
LINK_LOCAL.addSubnet("2002:a9fe::", 32, "ipv6");
LINK_LOCAL.addSubnet("::a9fe:0", 112, "ipv6");
LINK_LOCAL.addSubnet("64:ff9b:1::", 48, "ipv6");
// Alibaba Cloud's metadata is not on the link: 100.100.100.200, and the same in these ways.
LINK_LOCAL.addAddress("100.100.100.200", "ipv4");
LINK_LOCAL.addAddress("64:ff9b::6464:64c8", "ipv6");
LINK_LOCAL.addAddress("::ffff:0:6464:64c8", "ipv6");
LINK_LOCAL.addSubnet("2002:6464:64c8::", 48, "ipv6");
LINK_LOCAL.addAddress("::6464:64c8", "ipv6");

/** Names by which machines reach it: of Google Cloud, and of EC2. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata.google.internal",
  "metadata.goog",
  "instance-data.ec2.internal",
]);

/** Addresses and names that answer with the machine's own credentials, or lie on the link: never an upstream. */
export function isLinkLocal(host: string): boolean {
  return METADATA_NAMES.has(host.toLowerCase()) || isIn(LINK_LOCAL, host);
}

/** IPv4 inside IPv6 (`::ffff:127.0.0.1`) counts as the IPv4 that it is. */
function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? "ipv6" : "ipv4");
}

/** The host of a URL as it is dialled: IPv6 without its brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

/** What is wrong with an endpoint, which is scheme, host and port and nothing more; undefined where nothing is. */
export function endpointProblem(text: string): string | undefined {
  const problem = urlProblem(text, ENDPOINT);
  return problem ?? (new URL(text).pathname === "/" ? undefined : "an endpoint has no path");
}

/** A path that goes before others: segments of unreserved characters, none of which begins with a dot. */
export const PATH_PREFIX = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/;

/** Whether an endpoint is written as WebSockets are dialled (RFC 6455 section 3). */
export function isWebSocketUrl(text: string): boolean {
  return /^wss?:/i.test(text);
}

/** The same with the scheme of HTTP, by which a WebSocket is opened, where it is that of WebSockets. */
export function asHttpUrl(text: string): string {
  return text.replace(/^ws(s?:)/i, "http$1");
}

/** What is wrong with the endpoint of an upstream, whose requests may go below a path of it. */
export function upstreamEndpointProblem(text: string): string | undefined {
  const url = asHttpUrl(text);
  const problem = urlProblem(url, { ...ENDPOINT, plain: true });
  if (problem !== undefined) return problem;
  const path = endpointPathOf(url);
  return path === "" || PATH_PREFIX.test(path)
    ? undefined
    : "the path of an endpoint is written like /v1, without a / at its end";
}

/** The path of an endpoint, without a `/` that stands alone. */
export function endpointPathOf(endpoint: string): string {
  const path = endpoint.replace(/^https?:\/\/[^/]*/i, "");
  return path === "/" ? "" : path;
}

/** Names beyond it have a form in it (xn--…); and of other text `URL.canParse` of Node 20 says one thing or the other. */
const ASCII = /^[!-~]*$/;

/** How a complaint about a URL is worded. */
interface Words {
  readonly what: string;
  readonly example: string;
  /** The scheme without TLS, as it is written. Default `http`. */
  readonly scheme?: string;
  /** Whether it may stand before any host. Default: before loopback only. */
  readonly plain?: boolean;
}

const ENDPOINT: Words = { what: "an endpoint", example: "https://s3.us-east-1.amazonaws.com" };

/** What is wrong with a URL that is called or trusted: https:, or http: on loopback, and nothing in it that hides. */
export function urlProblem(text: string, words: Words): string | undefined {
  const problem = formProblem(text, words);
  if (problem !== undefined || words.plain === true || !isInTheClear(text)) return problem;
  const { scheme = "http" } = words;
  return `${scheme}: is for loopback addresses only; use ${scheme}s:`;
}

function formProblem(text: string, { what, example }: Words): string | undefined {
  // A URL parser is generous: it drops tabs, turns \ around, and takes "?" and "@" with nothing behind them.
  if (/[\s\\@?#]/.test(text)) return `${what} has no user, query or fragment, and no spaces`;
  if (!ASCII.test(text)) return `${what} is written in ASCII`;
  if (!URL.canParse(text)) return `it is not a URL such as ${example}`;
  const { protocol, port } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return "it is neither https: nor http:";
  // It also takes "https:host" and "https:///host" for https://host.
  if (!/^https?:\/\/[^/]/i.test(text)) return `it is not a URL such as ${example}`;
  if (port === "0") return "port 0 cannot be called";
  // It is the same host, and not the same text: certificates, signatures and issuers are compared with it.
  if (new URL(text).hostname.endsWith(".")) return `${what} has no dot at the end of its host`;
  return isLinkLocal(hostOf(text)) ? "link-local and metadata addresses are not upstreams" : undefined;
}

/** Whether an endpoint is reached by plain HTTP over a network, where others may read and change what passes. */
export function isInTheClear(endpoint: string): boolean {
  return new URL(endpoint).protocol === "http:" && !isLoopback(hostOf(endpoint));
}
