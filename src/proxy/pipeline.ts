import type { Upstream } from "../aws/service.ts";
import type { CachedBroker } from "../credentials/cached.ts";
import type { IotPolicies } from "../credentials/iot-policies.ts";
import type { Clock } from "../domain/clock.ts";
import type { Authenticate } from "../identity/verifier.ts";
import type { Policy } from "../policy/compile.ts";
import type { Signer } from "../signing/sign.ts";
import type { BucketRegions } from "../upstream/bucket-regions.ts";
import type { AmbientRules } from "./ambient.ts";
import type { BodyReader } from "./bodies/body.ts";
import type { Router } from "./route.ts";
import type { Shares } from "./shares.ts";

/** Which of Postern's own pages there are. */
export interface SelfServiceRules {
  /** Undefined where it is off. */
  readonly presign: { readonly maxExpiresSeconds: number } | undefined;
  /** Undefined where it is off. */
  readonly credentials: { readonly real: boolean } | undefined;
  /** Origins of pages that may call from a browser. */
  readonly origins: ReadonlySet<string>;
}

/** One immutable set of stages; a request keeps to the set that it began with. */
export interface Pipeline {
  readonly route: Router;
  /** Names and action prefixes of the upstreams, for telling. */
  readonly upstreams: readonly Pick<Upstream, "name" | "actionPrefix">[];
  readonly authenticate: Authenticate;
  /** Of callers who need not have meant to say who they are. */
  readonly ambient: AmbientRules;
  /** Name of the cookie that may bring a token; undefined where there is none. */
  readonly cookie: string | undefined;
  readonly policy: Policy;
  readonly bodies: BodyReader;
  readonly bucketRegions: BucketRegions;
  /** The broker of a credential source; the configuration was checked, so there is one for each that a rule names. */
  readonly brokerOf: (source: string) => CachedBroker | undefined;
  readonly iotPolicies: IotPolicies;
  readonly selfService: SelfServiceRules;
  /** Bounds what one caller and one rule may have under way. */
  readonly shares: Shares;
  /** Whether an operator has stopped all that goes through: at any time, and not when the visit began. */
  readonly isLocked: () => boolean;
  readonly signer: Signer;
  readonly now: Clock;
}
