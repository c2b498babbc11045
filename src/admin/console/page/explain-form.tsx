import { Section } from "./section.tsx";

/**
 * Asks what would become of a request. Only the script sends it: the button is off until it runs, since a browser would
 * send the token in another way.
 */
export function ExplainForm() {
  return (
    <Section id="explain" title="Explain a request">
      <p>What would become of it, and why. Nothing is sent on, and the token is kept nowhere.</p>
      <form method="post" action="/explain" autocomplete="off" data-explain>
        <div class="fields">
          <label class="short">
            Method
            <input name="method" value="GET" required maxlength={20} spellcheck={false} />
          </label>
          <label class="long">
            Path and query
            <input name="target" placeholder="/s3/reports/q3.txt" required spellcheck={false} />
          </label>
        </div>
        <Who />
        <HeadersAndBody />
        <button type="submit" disabled>
          Explain
        </button>
      </form>
      <noscript>
        <p>This asks by a script, and none runs here. On the command line it is postern explain.</p>
      </noscript>
      <div data-explained role="status" />
    </Section>
  );
}

function Who() {
  return (
    <>
      <fieldset>
        <legend>Who asks</legend>
        <label>
          <input type="radio" name="who" value="token" checked /> the bearer of a token
        </label>
        <label>
          <input type="radio" name="who" value="claims" /> whoever has these claims
        </label>
        <label>
          <input type="radio" name="who" value="guest" /> a guest
        </label>
      </fieldset>
      <label data-for="token">
        Token
        <input
          name="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          data-1p-ignore
          data-lpignore="true"
        />
      </label>
      <label data-for="claims">
        Claims, as JSON
        <textarea
          name="claims"
          rows={5}
          spellcheck={false}
          placeholder={'{ "sub": "…", "cognito:groups": ["analysts"] }'}
        />
      </label>
    </>
  );
}

function HeadersAndBody() {
  return (
    <details>
      <summary>Headers and body</summary>
      <label>
        Headers, a line each
        <textarea name="headers" rows={3} spellcheck={false} placeholder="x-amz-acl: private" />
      </label>
      <label>
        Body
        <textarea name="body" rows={3} spellcheck={false} />
      </label>
    </details>
  );
}
