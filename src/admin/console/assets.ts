import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Context, Hono } from "hono";

/** A file that the page is made of. */
interface Asset {
  readonly text: string;
  readonly contentType: string;
  readonly etag: string;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** What the build made; the same folder from `src` and from `dist`. */
const BUILT = new URL("../../../dist/", import.meta.url);
const MODULES = new URL("admin/console/browser/", BUILT);

/** What browser and server share, by its path below both `src` and the page. */
const SHARED = ["domain/plain-text.js"];

/** Adds the files that the page is made of. They are read when somebody asks for the first of them. */
export function addAssets(app: Hono): void {
  let assets: ReadonlyMap<string, Asset> | undefined;
  app.get("/:file{(?:domain/)?[a-z-]+\\.(?:js|css)}", (c, next) => {
    assets ??= readAssets();
    const asset = assets.get(c.req.path);
    return asset === undefined ? next() : answer(c, asset);
  });
}

function answer(c: Context, { text, contentType, etag }: Asset): Response {
  const headers = { etag, "cache-control": "no-cache", "content-type": contentType };
  const known = (c.req.header("if-none-match") ?? "").split(",").map((one) => one.trim());
  return known.includes(etag) ? c.body(null, 304, headers) : c.body(text, 200, headers);
}

function readAssets(): ReadonlyMap<string, Asset> {
  const { resolve } = createRequire(import.meta.url);
  return new Map([
    ["/console.css", assetOf(read(new URL("console.css", import.meta.url)), STYLE)],
    ["/uplot.css", assetOf(read(resolve("uplot/dist/uPlot.min.css")), STYLE)],
    ["/uplot.js", assetOf(read(resolve("uplot/dist/uPlot.esm.js")), SCRIPT)],
    ...readModules(),
  ]);
}

function read(file: string | URL): string {
  return readFileSync(file, "utf8");
}

/** The page is complete without scripts: a source tree that was never built has none. */
function readModules(): readonly (readonly [path: string, asset: Asset])[] {
  if (!existsSync(MODULES)) return [];
  const own = readdirSync(MODULES).filter((name) => name.endsWith(".js"));
  const places = [
    ...own.map((name) => [name, MODULES] as const),
    ...SHARED.map((name) => [name, BUILT] as const),
  ];
  return places.map(([name, folder]) => {
    const text = read(new URL(name, folder));
    return [`/${name}`, assetOf(moduleText(text), SCRIPT)];
  });
}

/** Browsers know no packages, and the maps of the build stay where they are. */
function moduleText(text: string): string {
  return text
    .replaceAll('from "uplot"', 'from "./uplot.js"')
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}

function assetOf(text: string, contentType: string): Asset {
  return { text, contentType, etag: `"${hash("sha256", text, "base64url").slice(0, 22)}"` };
}
