import * as fc from "fast-check";
import { applicationAsked } from "./application-shots.ts";
import { dynamodbAsked } from "./dynamodb-shots.ts";
import { lambdaAsked } from "./lambda-shots.ts";
import { type Asked, s3Asked } from "./s3-shots.ts";
import { cborAsked, jsonAsked, queryAsked } from "./service-shots.ts";
import type { Flip, Framing, Shot, TokenPlace } from "./shot.ts";

/** Who asks: for the most part somebody who may do everything, so that requests get past the rules. */
const caller = fc.oneof(
  { weight: 12, arbitrary: fc.constant("admin") },
  fc.constantFrom("analyst", "editor", "member", "service", "guest"),
);

const place: fc.Arbitrary<TokenPlace> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<TokenPlace>("bearer") },
  { weight: 10, arbitrary: fc.constant<TokenPlace>("sdk") },
  { weight: 3, arbitrary: fc.constant<TokenPlace>("postern") },
  fc.constantFrom<TokenPlace[]>("cookie", "none", "both", "bearer-twice", "two-callers", "garbage"),
);

const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Framing>("length") },
  fc.constantFrom<Framing[]>("chunked", "both", "too-long", "too-short", "twice", "odd", "none"),
);

const flip: fc.Arbitrary<Flip> = fc.record({
  at: fc.integer({ min: 0, max: 9999 }).map((part) => part / 10_000),
  byte: fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(...Array.from('/%.?&=#\\;:@ \t\r\n\0"<>{}', (char) => char.charCodeAt(0))),
  ),
  kind: fc.constantFrom<Flip["kind"][]>("set", "insert", "remove", "repeat"),
});
const flips = fc.oneof(
  { weight: 8, arbitrary: fc.constant<readonly Flip[]>([]) },
  fc.array(flip, { minLength: 1, maxLength: 3 }),
);

const hosts = fc.oneof(
  { weight: 16, arbitrary: fc.constant<readonly string[]>(["127.0.0.1:4480"]) },
  fc.constantFrom<(readonly string[])[]>(
    [],
    ["postern.test"],
    ["POSTERN.test:80"],
    ["postern.test", "audit.s3.localhost"],
    ["s3.localhost"],
    ["reports.s3.localhost"],
    ["Audit.S3.localhost:4480"],
    ["audit.s3.localhost."],
    [".s3.localhost"],
    ["reports.audit.s3.localhost"],
    ["reports%2Faudit.s3.localhost"],
    ["files.localhost"],
    ["audit.files.localhost"],
    ["user@postern.test"],
    ["postern.test/x"],
    ["[::1]:4480"],
    ["a b"],
    ["s3.us-east-1.amazonaws.com"],
    ["reports.s3.us-east-1.amazonaws.com"],
    ["postern.test,audit.s3.localhost"],
    ["\u00e4.s3.localhost"],
    ["re_ports.s3.localhost"],
    ["postern.test:99999"],
  ),
);

/** How an upstream is reached. */
interface Way {
  /** The configured name. */
  readonly upstream: string;
  /** What goes before the target: its name, or a prefix that it matches. */
  readonly named: string;
  /** The same where an SDK signed for it. */
  readonly scoped: string;
  /** What it signed for. */
  readonly scope: string;
  /** By which it is told, where it is. */
  readonly host?: string;
}

const byName = (upstream: string, scope = upstream): Way => ({
  upstream,
  named: `/${upstream}`,
  scoped: "",
  scope: `us-east-1/${scope}`,
});
const byPrefix = (upstream: string, scope = upstream): Way => ({
  ...byName(upstream, scope),
  scoped: `/${upstream}`,
});
const SHOP: Way = { ...byPrefix("shop", "execute-api"), named: "", scoped: "", host: "shop.localhost" };
const ORDERS: Way = { ...byName("orders", "execute-api"), scoped: "/prod" };

const APPLICATIONS: fc.Arbitrary<Way> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(ORDERS) },
  { weight: 2, arbitrary: fc.constant(SHOP) },
  ...["inner", "chat", "open", "profiles"].map((name) => ({
    weight: 2,
    arbitrary: fc.constant(byPrefix(name, "execute-api")),
  })),
  { weight: 2, arbitrary: fc.constant(byPrefix("resize", "lambda")) },
  // Another stage than the one that is configured, or none.
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        "/dev",
        "",
        "/PROD",
        "/%70rod",
        "//prod",
        "/prod/../dev",
        "/prod%2F..%2Fdev",
        "/production",
        "/$default",
      )
      .map((scoped): Way => ({ ...ORDERS, scoped })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        "/orders/../dev",
        "/orders/..",
        "/inner/../dev",
        "/%6frders",
        "/Orders",
        "//orders",
        "/orders;x",
        "/inner%2F..",
      )
      .map((named): Way => ({ ...ORDERS, named })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        "SHOP.localhost",
        "shop.localhost:80",
        "shop.localhost.",
        "shop.localhost:x",
        "x.shop.localhost",
      )
      .map((host): Way => ({ ...SHOP, host })),
  },
);

/** Ways to write a target, from what is asked of a service and from that with the upstream's name before it. */
const FORMS: Readonly<Record<string, (named: string, target: string, upstream: string) => string>> = {
  plain: (named) => named,
  absolute: (named) => `http://127.0.0.1:4480${named}`,
  "absolute-other": (named) => `http://audit.s3.localhost${named}`,
  authority: () => "audit.s3.localhost:443",
  "double-slash": (named) => `/${named}`,
  upper: (_, target, upstream) => `/${upstream.toUpperCase()}${target}`,
  escaped: (_, target, upstream) => `/%${upstream.charCodeAt(0).toString(16)}${upstream.slice(1)}${target}`,
  owned: (_, target) => `/owned${target}`,
  hosted: (_, target) => `/hosted${target}`,
  reserved: (named) => `/.postern/..${named}`,
  asterisk: () => "*",
  without: (_, target) => target,
};

/** A target of a service as seen from outside: with the upstream's name before it, unless an SDK's scope says it. */
function written(target: string, { upstream, named, scoped }: Way, form: string, isScoped: boolean): string {
  const whole = `${isScoped ? scoped : named}${target}`;
  return FORMS[form]?.(whole, target, upstream) ?? whole;
}

const scopeOf = (own: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(own) },
    fc.constantFrom(
      "us-east-1/s3",
      "us-east-1/dynamodb",
      "us-east-1/execute-api",
      "us-east-1/sqs",
      "eu-west-1/s3",
      "eu-west-1/sqs",
      "us-east-1/lambda",
      "/s3",
      "us-east-1/s3/x",
    ),
  );

type Manner = Pick<Shot, "place" | "framing" | "hosts" | "flips" | "scope" | "version"> & {
  readonly form: string;
};

const hostsOf = ({ host = "127.0.0.1:4480" }: Way): readonly string[] => [host];

/** How a request comes that is hostile, if at all, in what it asks. */
const tame = (way: Way): fc.Arbitrary<Manner> =>
  fc.record({
    place: fc.constantFrom<TokenPlace[]>("bearer", "sdk", "postern"),
    form:
      way.upstream === "s3"
        ? fc.oneof({ weight: 8, arbitrary: fc.constant("plain") }, fc.constantFrom("owned", "hosted"))
        : fc.constant("plain"),
    framing: fc.constant<Framing>("length"),
    hosts: fc.constant(hostsOf(way)),
    flips: fc.constant<readonly Flip[]>([]),
    scope: fc.constant(way.scope),
    version: fc.constant("1.1"),
  });

const wild = (way: Way): fc.Arbitrary<Manner> =>
  fc.record({
    place,
    form: fc.oneof(
      { weight: 24, arbitrary: fc.constant("plain") },
      fc.constantFrom(...Object.keys(FORMS).filter((name) => name !== "plain")),
    ),
    framing,
    hosts: way.host === undefined ? hosts : fc.oneof(fc.constant(hostsOf(way)), hosts),
    flips,
    scope: scopeOf(way.scope),
    version: fc.oneof({ weight: 30, arbitrary: fc.constant("1.1") }, fc.constantFrom("1.0", "2.0", "0.9")),
  });

function shotOf(ways: fc.Arbitrary<Way>, asked: fc.Arbitrary<Asked>): fc.Arbitrary<Shot> {
  return ways.chain((way) => {
    const manner = fc.oneof({ weight: 3, arbitrary: tame(way) }, { weight: 2, arbitrary: wild(way) });
    return fc
      .record({ asked, caller: callerOf(way), manner })
      .map(({ asked, caller, manner: { form, framing, ...rest } }) => {
        const isScoped = rest.place === "sdk" || rest.place === "two-callers";
        return {
          ...rest,
          ...asked,
          caller,
          target: written(asked.target, way, form, isScoped),
          framing: framing === "length" && asked.body === "" ? ("none" as const) : framing,
        };
      });
  });
}

/** An API that looks at tokens itself takes access tokens alone. */
function callerOf({ upstream }: Way): fc.Arbitrary<string> {
  if (upstream !== "profiles") return caller;
  return fc.oneof({ weight: 8, arbitrary: fc.constantFrom("admin's access", "member's access") }, caller);
}

/** Each service that is read by a table, in each way to speak to it. */
const TABLED: readonly (readonly [Way, fc.Arbitrary<Asked>])[] = [
  [byName("sqs"), jsonAsked("sqs", "AmazonSQS", "1.0")],
  [byPrefix("forms", "sqs"), queryAsked("sqs", "2012-11-05")],
  [byName("sns"), queryAsked("sns", "2010-03-31")],
  [byName("states"), jsonAsked("states", "AWSStepFunctions", "1.0")],
  [byName("kinesis"), jsonAsked("kinesis", "Kinesis_20131202", "1.1")],
  [byName("monitoring"), jsonAsked("monitoring", "GraniteServiceVersion20100801", "1.0")],
  [byPrefix("gauges", "monitoring"), queryAsked("monitoring", "2010-08-01")],
  [byPrefix("metrics", "monitoring"), cborAsked("monitoring", "GraniteServiceVersion20100801")],
  [byName("lambda"), lambdaAsked],
  [byName("lambda"), lambdaAsked],
  [byName("sts"), queryAsked("sts", "2011-06-15")],
];

/** Requests to Postern, most of them nearly right and many of them hostile. */
export const shots: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 5, arbitrary: shotOf(fc.constant(byName("s3")), s3Asked) },
  { weight: 3, arbitrary: shotOf(fc.constant(byName("dynamodb")), dynamodbAsked) },
  { weight: 3, arbitrary: shotOf(APPLICATIONS, applicationAsked) },
  { weight: 5, arbitrary: fc.oneof(...TABLED.map(([way, asked]) => shotOf(fc.constant(way), asked))) },
);
