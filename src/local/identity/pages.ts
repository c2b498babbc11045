import { createHash } from "node:crypto";
import { html, raw } from "hono/html";

/** A page with the headers it must be served with. */
export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(22rem, 100% - 2rem); }
h1 { font-size: 1.4rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; border: 1px solid; border-radius: .4rem; }
button { margin-top: 1.5rem; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
[role=alert] { border-left: 4px solid; padding-left: .8rem; }
`;

/** In one piece: the policy's hash is of every character between the tags. */
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * The sign-in form.
 *
 * @param redirectUri Where the browser goes after signing in: browsers hold `form-action` against redirects too.
 */
export async function loginPage(form: {
  readonly action: string;
  readonly csrfToken: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly username?: string;
  readonly problem?: string;
}): Promise<Page> {
  const alert = form.problem === undefined ? "" : html`<p role="alert" id="problem">${form.problem}</p>`;
  const described = form.problem === undefined ? "" : raw(' aria-invalid="true" aria-describedby="problem"');
  const content = html`<h1>Sign in</h1>
    <p>to <strong>${form.clientId}</strong>, at the local stand-in for Amazon Cognito.</p>
    ${alert}
    <form method="post" action="${form.action}">
      <input type="hidden" name="_csrf" value="${form.csrfToken}" />
      <label for="username">User name</label>
      <input
        id="username"
        name="username"
        value="${form.username ?? ""}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        autofocus
        ${described}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${described}
      />
      <button type="submit">Sign in</button>
    </form>`;
  return page("Sign in", content, `'self' ${formTarget(form.redirectUri)}`);
}

/** What went wrong, for the user: there is no client to send it to. */
export function messagePage(title: string, message: string): Promise<Page> {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${message}</p>`,
    "'none'",
  );
}

async function page(title: string, content: ReturnType<typeof html>, formAction: string): Promise<Page> {
  const body = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    body: String(body),
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  };
}

/** An app's own scheme has no origin to name. */
function formTarget(uri: string): string {
  const { origin, protocol } = new URL(uri);
  return origin === "null" ? protocol : origin;
}
