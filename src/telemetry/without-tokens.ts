/**
 * A token stands where a client should not have put it: in a key, a query, a scope. Its first characters, `eyJ`, are
 * those of every JSON object in base64url; `ZXlK` are those of them in base64 once more, as a WebSocket's subprotocol has
 * it, and `WlhsS` of that. Its dots may be percent-encoded, once or twice.
 */
const TOKEN = /eyJ[\w-]{8,}(?:(?:\.|%(?:25)*2[Ee])[\w-]*){0,4}|(?:ZXlK|WlhsS)[\w+/-]{8,}=*/;

/** A session token of AWS, which begins as all that STS makes. */
const SESSION_TOKEN = /(?:IQoJ|FwoG)[\w+/=%-]{16,}/;

/** What makes a presigned URL one, to the next `&`; both `=` and `&` may be percent-encoded, once or more. */
const PRESIGNED =
  /(?<name>[Xx]-[Aa]mz-(?:[Ss]ignature|[Ss]ecurity-[Tt]oken|[Cc]redential)(?:=|%(?:25)*3[Dd]))(?:[\w.~+/=-]|%(?!(?:25)*26))+/;

const SECRET = new RegExp(`${PRESIGNED.source}|${TOKEN.source}|${SESSION_TOKEN.source}`, "g");

const BEGINNING = /eyJ|ZXlK|WlhsS|IQoJ|FwoG|-[Aa]mz-[SsCc]/;

/** Takes tokens, and signatures of presigned URLs, out of a text that strangers may have written. */
export function withoutTokens(text: string): string {
  return BEGINNING.test(text) ? text.replace(SECRET, "$<name>[token]") : text;
}
