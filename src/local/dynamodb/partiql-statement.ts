import type { AttributeValue, Item } from "./engine.ts";

/** An attribute, or a place within one: names and positions in lists. */
export type Path = readonly (string | number)[];

/** Something that a comparison or an assignment takes. */
export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: AttributeValue };

/** What a `WHERE` asks. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | {
      readonly kind: "compare";
      readonly path: Path;
      readonly comparator: "=" | "<>" | "<" | "<=" | ">" | ">=";
      readonly operand: Operand;
    }
  | { readonly kind: "between"; readonly path: Path; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "in"; readonly path: Path; readonly operands: readonly Operand[] }
  | { readonly kind: "missing"; readonly path: Path }
  | { readonly kind: "function"; readonly name: string; readonly path: Path; readonly operand: Operand };

/** `SET path = operand`, or a sum or difference of two. */
export interface Assignment {
  readonly path: Path;
  readonly left: Operand;
  readonly sum?: { readonly sign: "+" | "-"; readonly right: Operand };
}

/** Where a statement looks. */
export interface From {
  readonly table: string;
  readonly index?: string;
}

/** A statement that was read, its parameters filled in. */
export type Statement =
  | {
      readonly kind: "select";
      readonly from: From;
      /** Empty: everything. */
      readonly paths: readonly Path[];
      readonly where: Condition | undefined;
      readonly order: { readonly path: Path; readonly descending: boolean } | undefined;
    }
  | { readonly kind: "exists"; readonly from: From; readonly where: Condition | undefined }
  | { readonly kind: "insert"; readonly from: From; readonly item: Item }
  | {
      readonly kind: "update";
      readonly from: From;
      readonly set: readonly Assignment[];
      readonly remove: readonly Path[];
      readonly where: Condition | undefined;
      readonly returning: string | undefined;
    }
  | {
      readonly kind: "delete";
      readonly from: From;
      readonly where: Condition | undefined;
      readonly returning: string | undefined;
    };
