/** What a host of AWS is to the requests that are sent there. */
export type Standing =
  | { readonly kind: "every-bucket"; readonly styles: readonly ("path" | "virtual-hosted")[] }
  | { readonly kind: "bucket"; readonly bucket: string }
  | { readonly kind: "access-point"; readonly name: string; readonly account: string }
  /** Every table; of one account where the host names it. */
  | { readonly kind: "tables"; readonly account: string | undefined }
  /** One API; a VPC endpoint's own host is for every API, and a header says which. */
  | { readonly kind: "api"; readonly id: string | undefined }
  | { readonly kind: "function"; readonly urlId: string }
  /** A service of whose hosts nothing more is known. */
  | { readonly kind: "service" }
  /** Nothing that Postern can send to, and why. */
  | { readonly kind: "no-use"; readonly why: string };

/** A host of AWS, without the suffix that says which partition it is of. */
export interface Place {
  readonly standing: Standing;
  /** Undefined where the host names none. */
  readonly region: string | undefined;
}

/** A region in a host, as part of a pattern. */
export const REGION = String.raw`[a-z]{2,}(?:-[a-z]+)+-\d`;

/** Why a host is of no use that means something to AWS, and not what is asked. */
export const OF_ANOTHER = "this host of AWS is another service's";

/** A host that Postern cannot send to. */
export function noUse(why: string): Place {
  return { standing: { kind: "no-use", why }, region: undefined };
}
