import { expect, it } from "vitest";
import { documentsOf, pageText, saidOfBlock } from "../support/doc-pages.ts";

const shown = documentsOf(pageText("recipes.md"));

it.each(shown.map((document) => [Object.keys(document).join(", "), document] as const))(
  "shows nothing that check finds fault with: %s",
  (_, document) => expect(saidOfBlock(document)).toEqual([]),
);
