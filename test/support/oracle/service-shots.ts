import { encode } from "cborg";
import * as fc from "fast-check";
import type { Asked } from "./s3-shots.ts";
import { SERVICE_INPUTS } from "./service-inputs.ts";

type Header = readonly [name: string, value: string];
type Spelling = (text: string) => string;

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));
const mostly = <T>(weight: number, usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

interface Call {
  readonly operation: string;
  readonly input: object;
}
const callOf = (service: string): fc.Arbitrary<Call> => {
  const inputs = Object.entries(SERVICE_INPUTS[service] ?? {});
  return fc
    .constantFrom(...inputs)
    .chain(([operation, input]) => input.map((drawn) => ({ operation, input: drawn })));
};

/** What a request of any protocol may bring that it should not. */
const besides: fc.Arbitrary<readonly Header[]> = mostly<readonly Header[]>(
  9,
  [],
  fc.constantFrom<(readonly Header[])[]>(
    [["x-amz-foo", "x"]],
    [["X-Amz-Target", "AmazonSQS.DeleteQueue"]],
    [["smithy-protocol", "rpc-v2-cbor"]],
    [["x_amz_target", "AmazonSQS.DeleteQueue"]],
    [["Content-Encoding", "gzip"]],
    [
      ["Content-Encoding", "aws-chunked"],
      ["x-amz-decoded-content-length", "2"],
    ],
    [["x-amz-content-sha256", "UNSIGNED-PAYLOAD"]],
    [["x-amzn-query-mode", "true"]],
    [["x-amzn-query-mode", "false"]],
    [["X-HTTP-Method-Override", "GET"]],
    [["x-apigw-api-id", "shopapi001"]],
    [["X-Forwarded-Host", "sqs.eu-west-1.amazonaws.com"]],
    [["x-amz-invocation-type", "Event"]],
    [["Content-Type", "application/x-www-form-urlencoded"]],
    [["Accept", "application/cbor"]],
    [["Connection", "x-amz-target"]],
  ),
);
const method = mostly(30, "POST", oneOf("GET PUT DELETE post"));
const rootPath = mostly(
  20,
  "/",
  oneOf(
    "/? /?Action=DeleteQueue /123456789012/jobs // /. /%2F /?x=1 /?x-amz-target=AmazonSQS.DeleteQueue /service/X/operation/Y",
  ),
);

const jsonSpelling: fc.Arbitrary<Spelling> = mostly<Spelling>(
  3,
  (json) => json,
  fc.constantFrom<Spelling[]>(
    (json) => json.replace("{", '{"QueueUrl":"https://x/123456789012/results",'),
    (json) => json.replace("{", '{"StreamName":"views",'),
    (json) =>
      json.replace(/\}$/, ',"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:weekly"}'),
    (json) => json.replace('{"Q', '{"\\u0051'),
    (json) => json.replace('{"QueueUrl"', '{"queueUrl":"https://x/123456789012/results","QueueUrl"'),
    (json) => json.replace('{"StreamName"', '{"streamName":"views","StreamName"'),
    (json) => json.replace('{"QueueUrl"', '{"QUEUEURL"'),
    (json) => json.replace("{", '{"__proto__":{"StreamName":"views"},'),
    (json) => json.replace("{", '{"constructor":1,"toString":null,'),
    (json) => json.replace(/:"[^"]*"/, ":null"),
    (json) => json.replace(/:"[^"]*"/, ":5"),
    (json) => json.replace(/:("[^"]*")/, ":[$1]"),
    (json) => json.replace("{", '{"n":1e400,"m":-0,'),
    (json) => `\u00ef\u00bb\u00bf${json}`,
    (json) => ` \t\r\n${json}\r\n`,
    (json) => `${json}{}`,
    (json) => `[${json}]`,
    (json) => json.replace(/\}$/, ",}"),
    (json) => `/*x*/${json}`,
    (json) => json.replaceAll("jobs", "j\u00c0\u00af"),
    (json) => json.replaceAll("jobs", "\\u006aobs"),
    (json) => json.replaceAll("clicks", "clicks\\u0000"),
    (json) => json.slice(0, -1),
    () => "",
    () => "null",
    () => "Action=DeleteQueue&Version=2012-11-05&QueueUrl=https%3A%2F%2Fx%2F123456789012%2Fjobs",
  ),
);

/** A request of AWS JSON. */
export function jsonAsked(service: string, prefix: string, version: "1.0" | "1.1"): fc.Arbitrary<Asked> {
  const type = `application/x-amz-json-${version}`;
  const typed = mostly(
    20,
    type,
    oneOf(
      "application/json application/x-amz-json-1.0 application/x-amz-json-1.1 application/x-www-form-urlencoded text/plain",
    ),
  );
  const targeted = (target: string): fc.Arbitrary<readonly Header[]> =>
    mostly<readonly Header[]>(
      14,
      [["X-Amz-Target", target]],
      fc.constantFrom<(readonly Header[])[]>(
        [],
        [["X-Amz-Target", ` ${target} `]],
        [
          ["X-Amz-Target", target],
          ["x-amz-target", `${prefix}.DeleteQueue`],
        ],
        [["X-Amz-Target", `${target},${prefix}.DeleteQueue`]],
        [["X-Amz-Target", `${target}.x`]],
        [["X-Amz-Target", `.${target}`]],
        [["X-Amz-Target", target.toLowerCase()]],
        [["X-Amz-Target", `AmazonSQS.${target.split(".")[1]}`]],
        [["X-Amz-Target", `${prefix}.__proto__`]],
        [["X-Amz-Target", `${prefix}.constructor`]],
        [["X-Amz-Target", `${prefix}x.${target.split(".")[1]}`]],
        [["X-Amz-Target ", target]],
      ),
    );
  return callOf(service).chain(({ operation, input }) =>
    fc
      .record({
        method,
        target: rootPath,
        named: targeted(`${prefix}.${operation}`),
        typed,
        spell: jsonSpelling,
        besides,
      })
      .map(({ method, target, named, typed, spell, besides }) => ({
        method,
        target,
        headers: [...named, ["Content-Type", typed] as const, ...besides],
        body: spell(latin1(JSON.stringify(input))),
      })),
  );
}

/** A member of a form and what follows it: lists have numbers (Smithy, AWS query protocol). */
function pairsOf(name: string, value: unknown, flat: boolean): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null) return [[name, String(value)]];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([inner, each]) => pairsOf(`${name}.${inner}`, each, flat));
  const of = flat ? name.replace(/ies$/, "y").replace(/s$/, "") : `${name}.member`;
  return value.flatMap((each, i) => pairsOf(`${of}.${i + 1}`, each, flat));
}

const formSpelling: fc.Arbitrary<Spelling> = mostly<Spelling>(
  3,
  (form) => form,
  fc.constantFrom<Spelling[]>(
    (form) => `${form}&Action=DeleteQueue`,
    (form) => `Action=DeleteQueue&${form}`,
    (form) => `${form}&action=DeleteQueue`,
    (form) => `${form}&%41ction=DeleteQueue`,
    (form) => form.replace("Action=", "%41ction="),
    (form) => form.replace("Action=", "action="),
    (form) => form.replace("Action=", "Action.1="),
    (form) => form.replace(/Version=[\d-]+/, "Version=2011-10-01"),
    (form) => form.replace(/&?Version=[\d-]+/, ""),
    (form) => `${form}&Version=2012-11-05`,
    (form) => `${form}&QueueUrl=https%3A%2F%2Fx%2F123456789012%2Fresults`,
    (form) => `${form}&TopicArn=arn:aws:sns:us-east-1:123456789012:alerts`,
    (form) => `${form}&TopicArn.x=1`,
    (form) => `${form}&QueueUrl.1=x`,
    (form) => `${form}&topicArn=x`,
    (form) => `${form}&queueurl=https%3A%2F%2Fx%2F123456789012%2Fresults`,
    (form) => `${form}&Attribute.1.Name=a&Attribute.1.Value=b`,
    (form) => `${form}&Attribute=x`,
    (form) => `${form}&__proto__.x=1`,
    (form) => `${form}&.=x&a..b=1`,
    (form) => `${form}&AlarmNames.member.2=other&AlarmNames.member.1=x`,
    (form) => `${form}&AlarmNames.1=x`,
    (form) => form.replaceAll("&", ";"),
    (form) => form.replaceAll("&", "&amp;"),
    (form) => `&&${form}&`,
    (form) => form.replaceAll("%3A", ":").replaceAll("%2F", "/"),
    (form) => form.replaceAll("=", "%3D"),
    (form) => form.replace("QueueUrl", "Queue+Url"),
    (form) => form.replace(/=([a-z])/g, (_, char: string) => `=%${char.charCodeAt(0).toString(16)}`),
    (form) => form.replace("jobs", "jobs+"),
    (form) => form.replace("jobs", "jobs%00"),
    (form) => form.replace("jobs", "jobs%ff"),
    (form) => form.replace("jobs", "jobs%zz"),
    (form) => `${form}&X-Amz-Signature=x`,
    (form) => `${form}&AWSAccessKeyId=x&Signature=y&SignatureVersion=2`,
    (form) => `\u00ef\u00bb\u00bf${form}`,
    (form) => `?${form}`,
    (form) => `${form}\r\n`,
    (form) => `{"${form}":1}`,
    () => "",
  ),
);

/** A request of the query protocol. */
export function queryAsked(service: string, version: string): fc.Arbitrary<Asked> {
  const typed = mostly(
    20,
    "application/x-www-form-urlencoded; charset=utf-8",
    fc.constantFrom(
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded; charset=utf-16",
      "application/x-www-form-urlencoded; charset=utf-8; x=y",
      "multipart/form-data; boundary=x",
      "application/x-amz-json-1.0",
      "APPLICATION/X-WWW-FORM-URLENCODED",
      "text/plain",
    ),
  );
  return callOf(service).chain(({ operation, input }) =>
    fc.record({ method, target: rootPath, typed, spell: formSpelling, besides }).map((drawn) => {
      const members = Object.entries(input).flatMap(([name, value]) =>
        pairsOf(name, value, service === "sqs"),
      );
      const pairs: readonly (readonly [string, string])[] = [
        ["Action", operation],
        ["Version", version],
        ...members,
      ];
      const form = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
      const headers = [["Content-Type", drawn.typed] as const, ...drawn.besides];
      return { method: drawn.method, target: drawn.target, headers, body: drawn.spell(form) };
    }),
  );
}

/** A map of CBOR with these pairs, however often a key is there. */
export function cborMapOf(pairs: readonly (readonly [key: unknown, value: unknown])[]): string {
  const parts = pairs.flatMap(([key, value]) => [encode(key), encode(value)]);
  return Buffer.concat([Buffer.from([0xa0 + pairs.length]), ...parts]).toString("latin1");
}

type Pairs = readonly (readonly [key: unknown, value: unknown])[];
const cborSpelling: fc.Arbitrary<(pairs: Pairs) => string> = mostly<(pairs: Pairs) => string>(
  3,
  cborMapOf,
  fc.constantFrom<((pairs: Pairs) => string)[]>(
    (pairs) => cborMapOf([...pairs, ...pairs]),
    (pairs) => cborMapOf([["AlarmName", "other"], ...pairs]),
    (pairs) => cborMapOf([...pairs, ["alarmName", "other"]]),
    (pairs) => cborMapOf([...pairs, ["Namespace", "x"]]),
    (pairs) => cborMapOf(pairs.map(([key, value]) => [Buffer.from(String(key)), value])),
    (pairs) => cborMapOf(pairs.map(([key, value]) => [key, Buffer.from(String(value))])),
    (pairs) => cborMapOf([...pairs, [1, "x"]]),
    (pairs) => cborMapOf([...pairs, ["__proto__", { AlarmName: "x" }]]),
    (pairs) => `\u00bf${cborMapOf(pairs).slice(1)}\u00ff`,
    (pairs) => `\u00bf${cborMapOf(pairs).slice(1)}`,
    (pairs) => `\u00b8${String.fromCharCode(pairs.length)}${cborMapOf(pairs).slice(1)}`,
    (pairs) => `\u00c1${cborMapOf(pairs)}`,
    (pairs) => `\u00d9\u00d9\u00f7${cborMapOf(pairs)}`,
    (pairs) => `${cborMapOf(pairs)}\u00a0`,
    (pairs) => cborMapOf(pairs).slice(0, -1),
    (pairs) => cborMapOf(pairs).replace("low", "l\u0000w"),
    (pairs) => cborMapOf(pairs).replace("low", "l\u00ffw"),
    (pairs) => cborMapOf(pairs).replace("clow", "\u007fcl\u00ffow\u00ff"),
    (pairs) => cborMapOf(pairs).replace("clow", "\u007faaaw\u00ff"),
    (pairs) => cborMapOf(pairs).replace("clow", "x\u0003low"),
    (pairs) => cborMapOf([...pairs, ["x", Number.NaN]]),
    (pairs) => `\u0081${cborMapOf(pairs)}`,
    (pairs) => JSON.stringify(Object.fromEntries(pairs as [string, unknown][])),
    () => "",
    () => "\u00f6",
  ),
);

/** A request of RPC v2 CBOR. */
export function cborAsked(service: string, prefix: string): fc.Arbitrary<Asked> {
  const typed = mostly<readonly Header[]>(
    14,
    [
      ["smithy-protocol", "rpc-v2-cbor"],
      ["Content-Type", "application/cbor"],
    ],
    fc.constantFrom<(readonly Header[])[]>(
      [["Content-Type", "application/cbor"]],
      [["smithy-protocol", "rpc-v2-cbor"]],
      [
        ["smithy-protocol", "rpc-v2-json"],
        ["Content-Type", "application/cbor"],
      ],
      [
        ["smithy-protocol", "rpc-v2-cbor"],
        ["Content-Type", "application/json"],
      ],
      [
        ["smithy-protocol", "rpc-v2-cbor"],
        ["Smithy-Protocol", "rpc-v2-cbor"],
        ["Content-Type", "application/cbor"],
      ],
      [
        ["smithy_protocol", "rpc-v2-cbor"],
        ["Content-Type", "application/cbor"],
      ],
    ),
  );
  const pathOf = (operation: string): fc.Arbitrary<string> =>
    mostly(
      14,
      `/service/${prefix}/operation/${operation}`,
      fc.constantFrom(
        `/service/${prefix}/operation/${operation}/`,
        `/service/${prefix}/operation/${operation}?Action=DeleteAlarms`,
        `//service/${prefix}/operation/${operation}`,
        `/service/${prefix}/operation/DeleteAlarms/../${operation}`,
        `/service/${prefix}/operation/${operation}%2F`,
        `/service/${prefix}/operation/%${operation.charCodeAt(0).toString(16)}${operation.slice(1)}`,
        `/service/Kinesis_20131202/operation/${operation}`,
        `/service/${prefix}/operation/constructor`,
        `/x/service/${prefix}/operation/${operation}`,
        `/service/${prefix}/operation/${operation};x`,
        "/",
      ),
    );
  return callOf(service).chain(({ operation, input }) =>
    fc.record({ method, target: pathOf(operation), typed, spell: cborSpelling, besides }).map((drawn) => ({
      method: drawn.method,
      target: drawn.target,
      headers: [...drawn.typed, ...drawn.besides],
      body: drawn.spell(Object.entries(input)),
    })),
  );
}
