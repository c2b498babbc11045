import type { HtmlEscapedString } from "hono/utils/html";
import type { Sheet } from "../sheet/sheet.ts";
import { ExplainForm } from "./explain-form.tsx";
import { Configuration, Credentials, Decisions, Refusals, Standing, Suggestions } from "./sections.tsx";
import { Latency, Requests } from "./traffic.tsx";
import { Words } from "./words.tsx";

/** The whole console, complete as it is; where scripts run it lives. */
export function pageOf(sheet: Sheet): string {
  const page = (<Page {...sheet} />) as unknown as HtmlEscapedString;
  return `<!doctype html>${page}`;
}

function Page(sheet: Sheet) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Postern</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/uplot.css" />
        <link rel="stylesheet" href="/console.css" />
        <script type="module" src="/console.js" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the numbers
        </a>
        <Header {...sheet} />
        <main id="main" tabindex={-1}>
          <div class="pair">
            <Requests {...sheet} />
            <Latency {...sheet} />
          </div>
          <Decisions {...sheet} />
          <Refusals {...sheet} />
          <Credentials {...sheet} />
          <Standing {...sheet} />
          <Configuration {...sheet} />
          <ExplainForm />
          <Suggestions {...sheet} />
        </main>
      </body>
    </html>
  );
}

function Header({ words }: Sheet) {
  return (
    <header>
      <h1>Postern</h1>
      <Words name="state" lines={words.state} />
      <Words name="remarks" lines={words.remarks} />
      <Words name="since" lines={words.since} />
      <Words name="taken" lines={words.taken} />
      <p class="unseen" role="status" data-spoken>
        {words.summary.map(String)}
      </p>
    </header>
  );
}
