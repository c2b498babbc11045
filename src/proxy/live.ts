import type { Service, Upstream } from "../aws/service.ts";
import type { ClockOffset } from "../signing/clock-offset.ts";
import type { Forwarder } from "../upstream/forward.ts";
import type { Tunneller } from "../upstream/tunneller.ts";

/** An upstream in one of its regions, and how requests find it. */
export interface Routed {
  readonly upstream: Upstream;
  readonly service: Service;
  /** The `Host` to sign and send. */
  readonly host: string;
  /** What an explicit `match` of the configuration asks for; undefined where there is none. */
  readonly match:
    | { readonly host?: string | undefined; readonly pathPrefix?: string | undefined }
    | undefined;
  /** What follows the bucket in the Host of virtual-hosted requests; undefined where there are none. */
  readonly hostSuffix: string | undefined;
  /** What shows the upstream who calls: a signature with the caller's credentials, or the caller's access token. */
  readonly auth: "iam" | "token";
  /** Headers that tell an application who the caller is; none of these names crosses from a client. */
  readonly identityHeaders: readonly IdentityHeader[];
  /** Undefined where Postern answers no preflights, and pages of other origins cannot read what comes. */
  readonly cors: Cors | undefined;
  /** Undefined where no upgrade to WebSocket is taken. */
  readonly webSocket: WebSocketRules | undefined;
}

/** Which WebSocket connections are opened, and for how long. */
export interface WebSocketRules {
  /** Of pages that may open one, as browsers serialise them. A client that sends no Origin is no page. */
  readonly origins: ReadonlySet<string>;
  /** Whether a page may bring its token as `?postern-token=`. */
  readonly queryToken: boolean;
  /** Without a byte either way. */
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

/** A header made of a claim. */
export interface IdentityHeader {
  /** In lower case. */
  readonly name: string;
  readonly claim: string;
  /** A single value of visible ASCII, or a JSON array of all values in base64url. */
  readonly as: "text" | "json";
}

/** Which pages may call, by the Fetch Standard's CORS protocol. */
export interface Cors {
  /** As browsers serialise them; compared by equality. */
  readonly origins: ReadonlySet<string>;
  /** Names in lower case, besides Postern's own. */
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number;
  /** Origins whose pages may call with a cookie. */
  readonly credentialed: ReadonlySet<string>;
}

/** An upstream, ready to send to. */
export interface Live extends Routed {
  /** Scheme, host and port that are called. */
  readonly origin: string;
  readonly forwarder: Forwarder;
  readonly tunneller: Tunneller;
  /** The time at the upstream, for signing. */
  readonly clock: ClockOffset;
}
