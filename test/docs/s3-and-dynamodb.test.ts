import { expect, it } from "vitest";
import { NOT_TAKEN } from "../../src/aws/s3/not-taken.ts";
import { pageText } from "../support/doc-pages.ts";

it("names every operation that is not taken", () => {
  for (const name of NOT_TAKEN.keys()) expect(pageText("s3-and-dynamodb.md")).toContain(name);
});
