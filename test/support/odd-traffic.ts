import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import type { Dispatcher } from "undici";
import type { Stack } from "./stack.ts";
import { crowdOf, signIn } from "./crowd.ts";

/** A request whose path, query, headers and token are made up anew each time. */
export type Ask = Dispatcher.RequestOptions & { readonly path: string };

/** All that shapes how a request ends, as far as a metric may tell: where it goes, how, and by whom. */
export interface Kind {
  readonly place: keyof typeof PLACES;
  readonly method: (typeof METHODS)[number];
  readonly bearer: keyof Bearers;
}

/** Tokens of each sort, new ones or one of hundreds at each call; undefined where none is sent. */
export interface Bearers {
  readonly analyst: () => string;
  readonly member: () => string;
  readonly none: () => undefined;
  readonly malformed: () => string;
  readonly forged: () => string;
}

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] as const;

/** Something that nobody has written before, and that may stand in a path. */
export const word = (): string => randomBytes(6).toString("base64url");

const PLACES = {
  report: () => `/s3/reports/${word()}/${word()}.txt`,
  home: () => `/s3/home/${randomUUID()}/${word()}`,
  bucket: () => `/s3/b-${randomBytes(6).toString("hex")}/${word()}`,
  query: () => `/s3/reports/${word()}?q-${word()}=${word()}`,
  twoWays: () => `/s3/reports/${word()}/..%2f${word()}`,
  nowhere: () => `/nowhere-${word()}/${word()}`,
  table: () => `/dynamodb/?${word()}`,
  order: () => `/orders/orders/${word()}?page=${word()}`,
  noOrder: () => `/orders/${word()}`,
  profile: () => `/profiles/${word()}`,
  own: () => `/.postern/${word()}`,
} as const;

/** Every kind of request there is. */
export function kindsOf(bearers: Bearers): readonly Kind[] {
  const places = Object.keys(PLACES) as readonly (keyof typeof PLACES)[];
  const who = Object.keys(bearers) as readonly (keyof Bearers)[];
  return places.flatMap((place) =>
    METHODS.flatMap((method) => who.map((bearer) => ({ place, method, bearer }))),
  );
}

/** A request of a kind: no other has its path, groups or client's name. */
export function askOf({ place, method, bearer }: Kind, bearers: Bearers): Ask {
  const token = bearers[bearer]();
  const hasBody = method === "PUT" || method === "POST" || method === "PATCH";
  return {
    method,
    path: PLACES[place](),
    headers: {
      "user-agent": word(),
      "x-request-id": randomUUID(),
      host: `${randomBytes(4).toString("hex")}.example:${randomInt(1, 65_535)}`,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(hasBody && { body: word().repeat(randomInt(1, 50)) }),
  };
}

function oneOf(tokens: readonly string[]): string {
  return tokens[randomInt(tokens.length)] ?? "";
}

/** Hundreds of callers, and as many tokens as are wanted that are none. */
export async function bearersOf({ aws }: Stack, size: number): Promise<Bearers> {
  const members = (await crowdOf(aws, size)).map(({ token }) => token);
  const claims = () => ({ sub: randomUUID(), "cognito:groups": ["analysts", `g-${word()}`] });
  const analysts = await Promise.all(Array.from({ length: size }, () => signIn(aws, "analyst", claims())));
  return {
    analyst: () => oneOf(analysts),
    member: () => oneOf(members),
    none: () => undefined,
    malformed: word,
    forged: () =>
      `${oneOf(members).split(".").slice(0, 2).join(".")}.${randomBytes(256).toString("base64url")}`,
  };
}

/** An S3 that answers as a path says: `/…/status-299`, or whole and well where it says nothing. */
export const answerAsAsked: RequestListener = (request, response) => {
  const status = Number(/\/status-(\d{3})/.exec(request.url ?? "")?.[1] ?? 200);
  const body = word();
  request.resume();
  response.writeHead(status, { "content-type": "text/plain", "x-odd": word() });
  response.end(body);
};
