import { describe, expect, it } from "vitest";
import { asMap } from "../../src/config/draft.ts";
import { documentsOf, pageText, saidOf, saidOfBlock, WHOLE } from "../support/doc-pages.ts";

describe.each(["apis.md", "cors.md", "iot.md", "s3-and-dynamodb.md", "websocket.md"])("docs/%s", (page) => {
  it.each(documentsOf(pageText(page)).map((document) => [JSON.stringify(document), document] as const))(
    "shows nothing that check finds fault with: %s",
    (_, document) => {
      // A block with rules of its own is about nothing else.
      if (!("policy" in document)) expect(saidOfBlock(document)).toEqual([]);
      else expect(saidOf({ ...WHOLE, ...document, upstreams: asMap(document["upstreams"]) })).toEqual([]);
    },
  );
});
