import * as fc from "fast-check";
import type { Asked } from "./s3-shots.ts";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));
const mostly = (
  weight: number,
  usual: fc.Arbitrary<string>,
  odd: fc.Arbitrary<string>,
): fc.Arbitrary<string> => fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });

const OWN = "arn:aws:lambda:us-east-1:123456789012:function:";

const label = mostly(
  6,
  oneOf(`resize resize thumbs resize:live resize:3 resize:$LATEST resize:%24LATEST 123456789012:function:resize
    123456789012:function:resize:live ${OWN}resize ${OWN}resize:live ${encodeURIComponent(`${OWN}resize`)} a_b-c`),
  oneOf(`resize%2F..%2Fthumbs resize%2Finvocations %72esize resize%3Alive resize%3alive resize* resi?e .. . %2e%2e resize;x
    resize%00 resize%25 999999999999:function:resize arn:aws:lambda:eu-west-1:123456789012:function:resize
    arn:aws:lambda:us-east-1:999999999999:function:resize arn:aws-cn:lambda:us-east-1:123456789012:function:resize
    function:resize resize:live:x resize: :live Resize r%C3%A9size resize%20 resize%5Cx arn%3Aaws%3Alambda ${OWN}
    ${OWN}resize:x%2Fy us-east-1:123456789012:function:resize`),
);

/** Routes of Lambda's API reference; `{f}` names a function. */
const ROUTES = `
GET /2015-03-31/functions/{f} | GET /2015-03-31/functions/{f}/configuration | GET /2015-03-31/functions/{f}/versions
POST /2015-03-31/functions/{f}/versions | GET /2015-03-31/functions/{f}/aliases/live | PUT /2015-03-31/functions/{f}/aliases/live
DELETE /2015-03-31/functions/{f}/aliases/live | GET /2015-03-31/functions/{f}/policy | POST /2015-03-31/functions/{f}/policy
DELETE /2015-03-31/functions/{f}/policy/s1 | DELETE /2015-03-31/functions/{f} | PUT /2015-03-31/functions/{f}/code
PUT /2017-10-31/functions/{f}/concurrency | GET /2021-10-31/functions/{f}/url | GET /2015-03-31/functions
POST /2021-11-15/functions/{f}/response-streaming-invocations | POST /2014-11-13/functions/{f}/invoke-async
GET /2015-03-31/event-source-mappings | POST /2015-03-31/event-source-mappings | GET /2016-08-19/account-settings
`
  .split(/[|\n]/)
  .map((line) => line.trim())
  .filter((line) => line !== "");

const route = fc.oneof(
  { weight: 3, arbitrary: fc.constant("POST /2015-03-31/functions/{f}/invocations") },
  { weight: 4, arbitrary: fc.constantFrom(...ROUTES) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "PUT /2015-03-31/functions/{f}/invocations",
      "POST /2015-03-31/functions/{f}/invocations/..",
      "POST /2015-03-31/functions//{f}/invocations",
      "POST /2015-03-31/functions/{f}/Invocations",
      "POST /2015-03-31/functions/{f}/%69nvocations",
      "POST /2015-03-31/functions/{f}%2Finvocations",
      "POST /2015-03-31/functions/{f};x/invocations",
      "POST /2015-03-31/%66unctions/{f}/invocations",
      "POST /2020-01-01/functions/{f}/invocations",
      "POST /2015-03-31/functions/{f}/invocations#",
      "POST //2015-03-31/functions/{f}/invocations",
      "GET /2015-03-31/functions/{f}/aliases/a%2Fb",
      "GET /",
    ),
  },
);

const query = mostly(
  4,
  fc.constant(""),
  oneOf(`?Qualifier=live ?Qualifier=3 ?Qualifier=$LATEST ?Qualifier=%24LATEST ?Qualifier= ?Qualifier=live&Qualifier=3 ?qualifier=live
    ?Qualifier=li*e ?Qualifier=a/b ?Action=DeleteFunction ?x=1&y=2 ?x-amz-target=x ?Qualifier=a+b ?%51ualifier=live ?Qualifier=%00
    ?X-Amz-Invocation-Type=Event ? ?Qualifier=live? ?List=ALL`),
);

type Header = readonly [name: string, value: string];
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant<readonly Header[]>([["Content-Type", "application/json"]]) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<(readonly Header[])[]>(
      [],
      [["X-Amz-Invocation-Type", "Event"]],
      [
        ["X-Amz-Invocation-Type", "DryRun"],
        ["X-Amz-Client-Context", "e30="],
      ],
      [["Content-Type", "application/octet-stream"]],
      [["Content-Type", "application/x-www-form-urlencoded"]],
      [
        ["Content-Type", "application/x-amz-json-1.1"],
        ["X-Amz-Target", "AWSLambda.DeleteFunction"],
      ],
      [["smithy-protocol", "rpc-v2-cbor"]],
      [["x-amz-foo", "x"]],
      [["x-amz-function-error", "x"]],
      [["X-HTTP-Method-Override", "DELETE"]],
      [["Content-Encoding", "gzip"]],
      [
        ["x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
        ["x-amz-trailer", "x"],
      ],
      [["x_amz_invocation_type", "Event"]],
    ),
  },
);

/** A request to Lambda's own API. */
export const lambdaAsked: fc.Arbitrary<Asked> = fc
  .record({
    route,
    label,
    end: mostly(12, fc.constant(""), oneOf("/ // /. %2F ;x")),
    query,
    headers,
    body: fc.constantFrom("", "{}", '{"FunctionName":"thumbs"}', '{"a":1}', "not json"),
  })
  .map(({ route, label, end, query, headers, body }) => {
    const [method = "", path = ""] = route.split(" ");
    const target = `${path.replace("{f}", () => label)}${end}${query}`;
    return { method, target, headers, body: method === "GET" ? "" : body };
  });
