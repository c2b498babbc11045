import { LocalError } from "../request.ts";
import { receiveDocument } from "./receive.ts";
import { invalidArgument, malformedXml } from "./refusals.ts";
import type { S3Operation, S3Request } from "./request.ts";
import { readXml, textOf, xmlAnswer } from "./xml.ts";

/** Settings of which a bucket may have many, each by its own id; the documents are kept as they were put. */
interface Kind {
  /** Between `Get`, `Put` or `Delete` and `Configuration` in the names of its operations. */
  readonly name: string;
  readonly root: string;
  /** The root of the list. */
  readonly list: string;
}

const KINDS: readonly Kind[] = [
  {
    name: "BucketAnalytics",
    root: "AnalyticsConfiguration",
    list: "ListBucketAnalyticsConfigurationResult",
  },
  { name: "BucketInventory", root: "InventoryConfiguration", list: "ListInventoryConfigurationsResult" },
  { name: "BucketMetrics", root: "MetricsConfiguration", list: "ListMetricsConfigurationsResult" },
  {
    name: "BucketIntelligentTiering",
    root: "IntelligentTieringConfiguration",
    list: "ListBucketIntelligentTieringConfigurationsOutput",
  },
];

/** The operations on analytics, inventory, metrics and intelligent tiering, by name. */
export function reportOperations(): readonly (readonly [string, S3Operation])[] {
  return KINDS.flatMap(
    (kind) =>
      [
        [`Get${kind.name}Configuration`, getter(kind)],
        [`Put${kind.name}Configuration`, putter(kind)],
        [`Delete${kind.name}Configuration`, remover(kind)],
        [`List${kind.name}Configurations`, lister(kind)],
      ] as const,
  );
}

function getter(kind: Kind): S3Operation {
  return ({ store }, request) => {
    const body = store.bucket(request.bucket).settings.get(slot(kind, idOf(request)));
    if (body === undefined) throw noSuchConfiguration();
    return { status: 200, headers: { "content-type": "application/xml" }, body };
  };
}

function putter(kind: Kind): S3Operation {
  return async ({ store }, request, payload) => {
    const id = idOf(request);
    const document = await receiveDocument(request, payload, "nothing");
    if (textOf(readXml(document, kind.root), "Id") !== id) throw malformedXml();
    store.bucket(request.bucket).settings.set(slot(kind, id), document);
    return { status: 200, headers: {} };
  };
}

function remover(kind: Kind): S3Operation {
  return ({ store }, request) => {
    const { settings } = store.bucket(request.bucket);
    if (!settings.delete(slot(kind, idOf(request)))) throw noSuchConfiguration();
    return { status: 204, headers: {} };
  };
}

/** All on one page: AWS lists a hundred at a time. */
function lister(kind: Kind): S3Operation {
  return ({ store }, { bucket }) => {
    const { settings } = store.bucket(bucket);
    const documents = [...settings].filter(([name]) => name.startsWith(slot(kind, "")));
    const { body, ...answer } = xmlAnswer([kind.list, [["IsTruncated", false]]]);
    const listed = documents.map(([, document]) =>
      document.toString("utf8").replace(/^\s*<\?xml[^>]*\?>/, ""),
    );
    return { ...answer, body: body.replace("</IsTruncated>", `</IsTruncated>${listed.join("")}`) };
  };
}

function slot({ name }: Kind, id: string): string {
  return `${name} ${id}`;
}

function idOf({ query }: S3Request): string {
  const id = query.get("id") ?? "";
  if (id === "") throw invalidArgument("Missing required parameter id", "id", id);
  return id;
}

function noSuchConfiguration(): LocalError {
  return new LocalError("NoSuchConfiguration", "The specified configuration does not exist.", 404);
}
