import * as fc from "fast-check";
import { dynamodbAsked } from "./dynamodb-shots.ts";
import { type Asked, s3Asked } from "./s3-shots.ts";
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

/** Ways to write a target, from what is asked of a service and from that with the upstream's name before it. */
const FORMS: Readonly<Record<string, (named: string, target: string, upstream: string) => string>> = {
  plain: (named) => named,
  absolute: (named) => `http://127.0.0.1:4480${named}`,
  "absolute-other": (named) => `http://audit.s3.localhost${named}`,
  authority: () => "audit.s3.localhost:443",
  "double-slash": (named) => `/${named}`,
  upper: (_, target, upstream) => `/${upstream.toUpperCase()}${target}`,
  escaped: (_, target, upstream) => `/%73${upstream.slice(1)}${target}`,
  owned: (_, target) => `/owned${target}`,
  hosted: (_, target) => `/hosted${target}`,
  reserved: (named) => `/.postern/..${named}`,
  asterisk: () => "*",
  without: (_, target) => target,
};

/** A target of a service as seen from outside: with the upstream's name before it, unless an SDK's scope says it. */
function written(target: string, upstream: string, form: string, isScoped: boolean): string {
  const named = isScoped ? target : `/${upstream}${target}`;
  return FORMS[form]?.(named, target, upstream) ?? named;
}

const scopeOf = (service: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(`us-east-1/${service}`) },
    fc.constantFrom(
      "us-east-1/s3",
      "us-east-1/dynamodb",
      "eu-west-1/s3",
      "eu-west-1/s3",
      "us-east-1/sts",
      "/s3",
      "us-east-1/s3/x",
    ),
  );

type Manner = Pick<Shot, "place" | "framing" | "hosts" | "flips" | "scope" | "version"> & {
  readonly form: string;
};

/** How a request comes that is hostile, if at all, in what it asks. */
const tame = (service: string): fc.Arbitrary<Manner> =>
  fc.record({
    place: fc.constantFrom<TokenPlace[]>("bearer", "sdk", "postern"),
    form: fc.oneof({ weight: 8, arbitrary: fc.constant("plain") }, fc.constantFrom("owned", "hosted")),
    framing: fc.constant<Framing>("length"),
    hosts: fc.constant<readonly string[]>(["127.0.0.1:4480"]),
    flips: fc.constant<readonly Flip[]>([]),
    scope: fc.constant(`us-east-1/${service}`),
    version: fc.constant("1.1"),
  });

const wild = (service: string): fc.Arbitrary<Manner> =>
  fc.record({
    place,
    form: fc.oneof(
      { weight: 24, arbitrary: fc.constant("plain") },
      fc.constantFrom(...Object.keys(FORMS).filter((name) => name !== "plain")),
    ),
    framing,
    hosts,
    flips,
    scope: scopeOf(service),
    version: fc.oneof({ weight: 30, arbitrary: fc.constant("1.1") }, fc.constantFrom("1.0", "2.0", "0.9")),
  });

function shotOf(upstream: string, asked: fc.Arbitrary<Asked>): fc.Arbitrary<Shot> {
  const manner = fc.oneof({ weight: 3, arbitrary: tame(upstream) }, { weight: 2, arbitrary: wild(upstream) });
  return fc.record({ asked, caller, manner }).map(({ asked, caller, manner: { form, framing, ...rest } }) => {
    const isScoped = rest.place === "sdk" || rest.place === "two-callers";
    return {
      ...rest,
      ...asked,
      caller,
      target: written(asked.target, upstream, form, isScoped),
      framing: framing === "length" && asked.body === "" ? ("none" as const) : framing,
    };
  });
}

/** Requests to Postern, most of them nearly right and many of them hostile. */
export const shots: fc.Arbitrary<Shot> = fc.oneof(
  { weight: 3, arbitrary: shotOf("s3", s3Asked) },
  { weight: 2, arbitrary: shotOf("dynamodb", dynamodbAsked) },
);
