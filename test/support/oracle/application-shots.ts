import * as fc from "fast-check";
import type { Asked } from "./s3-shots.ts";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));
const mostly = (weight: number, usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });

const clean =
  oneOf(`orders orders dev me profiles items 1 a b x.y v1 _ ~ - 2026-01 %20 %C3%BC %e5%80%bc a+b a,b a:b 'x' (x) !*$&=
  @x a%2Bb a%3Ab %40x R0oXAdfD0kwCH6w=`);
const denied =
  oneOf(`admin Admin ADMIN aDmIn admin-x adm%C4%B1n adm%C4%B0n Secret secret SECRET %E2%84%AAey Orders orders
  close Close CLOSE`);
const hostile = fc.oneof(
  oneOf(`%61dmin %61 %7e %2D %2F %2f admin%2Fx %5C %25 %252F %2561dmin %2525 .. . ... %2e%2e %2E .%2e %2e. ; ;x=1 admin;x a;b
    %3B %3F %23 %00 %0A %0d%0a %7F %FF %C0%AF %ED%A0%80 %zz % %2 %u002f \\ # // /./ /../ ..%2f ..%5c %EF%BB%BF %E2%80%AE
    | < > ^ \` { } [ ] " prod dev live test v1 $default %24default`),
  fc.constantFrom("\u00fc", "\u0080", "\t", "?", "a%CC%88"),
);
const connection = fc
  .tuple(
    mostly(
      8,
      fc.constant("@connections"),
      oneOf("%40connections @Connections @CONNECTIONS @connections%2F connections"),
    ),
    fc.oneof(
      { weight: 8, arbitrary: oneOf("/R0oXAdfD0kwCH6w= /R0oXAdfD0kwCH6w%3D /x%20y") },
      oneOf("/.. / /a/b /%2F /%00"),
    ),
  )
  .map((parts) => parts.join(""));

const segments = fc.oneof(
  { weight: 12, arbitrary: fc.array(clean, { minLength: 0, maxLength: 4 }) },
  { weight: 3, arbitrary: fc.array(fc.oneof(clean, denied), { minLength: 1, maxLength: 3 }) },
  {
    weight: 3,
    arbitrary: fc.array(fc.oneof({ weight: 3, arbitrary: clean }, hostile), { minLength: 1, maxLength: 4 }),
  },
  { weight: 3, arbitrary: fc.tuple(connection) },
);
const path = fc
  .tuple(segments, mostly(7, fc.constant(""), oneOf("/ // /. /.. ;x %2F /%20 /? ?")))
  .map(([parts, end]) => `/${parts.join("/")}${end}`);

const pair = fc.oneof(
  {
    weight: 9,
    arbitrary: oneOf(
      "a=1 a=1 a=2 b=2 q=x%20y q=x+y page z=%C3%BC list%5B%5D=1 a=%26b%3D2 %61=3 =x a= B=1 x=%2F..",
    ),
  },
  {
    weight: 1,
    arbitrary:
      oneOf(`X-Amz-Signature=x x-amz-target=AmazonSQS.DeleteQueue Action=DeleteQueue postern-token=x X-Amz-Date=x a=%zz
      a=%00 a=%FF a;b x-amz-acl=public-read AWSAccessKeyId=x a=b?c ?a X-Amz-Security-Token=x x-apigw-api-id=shopapi001
      %58-Amz-Expires=1 _method=DELETE %2561=1`),
  },
);
const query = fc
  .oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, fc.array(pair, { minLength: 1, maxLength: 4 }))
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.join("&")}`));

type Header = readonly [name: string, value: string];
const header = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Header[]>(
      ["Content-Type", "application/json"],
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Accept", "*/*"],
      ["Accept-Encoding", "gzip"],
      ["Cache-Control", "max-age=0"],
      ["X-Api-Key", "k"],
      ["X-Custom", "a, b"],
      ["If-Match", '"x"'],
      ["Referer", "http://127.0.0.1/x"],
      ["Traceparent", "00-1-1-01"],
      ["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="],
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        oneOf(`x-apigw-api-id X-Apigw-Api-Id x_apigw_api_id X_Apigw-Api_Id x.apigw.api.id X-HTTP-Method-Override
          X_HTTP_Method_Override X-HTTP-Method X-Method-Override x_method_override X-Forwarded-Host X_Forwarded_Host
          X-Forwarded-For Forwarded X-Original-URL X_Original_URL X-Rewrite-URL X-Real-IP X_Real_IP X-Host X-Postern-Sub
          X_Postern_Sub X-User x_user X_User x.user X-Groups Cookie cookie2 Via Max-Forwards X-Amzn-Trace-Id
          X-Amzn-Oidc-Identity x_amz_security_token x_amz_date Client-Cert X-Amz-User-Agent X-Accel-Redirect Proxy-Authorization`),
        oneOf("admin shopapi001 innerapi01 DELETE audit.s3.localhost /prod/admin 10.0.0.1"),
      )
      .map(([name, value]): Header => [name, value]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Header[]>(
      ["Connection", "X-Custom"],
      ["Connection", "close, X-Api-Key"],
      ["Connection", "Host, x-amz-date"],
      ["Connection", "Authorization"],
      ["TE", "trailers"],
      ["Upgrade", "websocket"],
      ["Expect", "100-continue"],
      ["Content-Encoding", "gzip"],
      ["Content-Encoding", "aws-chunked"],
      ["X-Amz-Decoded-Content-Length", "3"],
      ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"],
      ["X-Amz-Target", "AmazonSQS.DeleteQueue"],
      ["x-amz-invocation-type", "Event"],
      ["smithy-protocol", "rpc-v2-cbor"],
      ["X-User ", "admin"],
      ["Content-Length", "0"],
      ["X-Custom", "a\u0000b"],
      ["X-Custom", "\u00fc"],
      ["Host", "shopapi001.execute-api.us-east-1.amazonaws.com"],
    ),
  },
);
const headers = fc.oneof(
  { weight: 2, arbitrary: fc.constant<readonly Header[]>([]) },
  fc.array(header, { minLength: 1, maxLength: 3 }),
);

const method = mostly(
  30,
  oneOf("GET GET GET POST POST PUT DELETE PATCH HEAD OPTIONS"),
  oneOf("TRACE CONNECT get FOO PROPFIND"),
);

/** A request to an application behind API Gateway or a function URL, spelled honestly or not. */
export const applicationAsked: fc.Arbitrary<Asked> = fc
  .record({
    method,
    path,
    query,
    headers,
    body: fc.constantFrom("", "", "hello", '{"a":1}', "a=1&b=2", "\u0000\u00ff"),
  })
  .map(({ method, path, query, headers, body }) => ({
    method,
    target: `${path}${query}`,
    headers,
    body: /^(?:GET|HEAD)$/.test(method) ? "" : body,
  }));
