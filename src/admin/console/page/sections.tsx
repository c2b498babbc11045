import type { Sheet } from "../sheet/sheet.ts";
import { Section } from "./section.tsx";
import { numbers, Table } from "./table.tsx";
import { Words } from "./words.tsx";

/** What the rules decided. */
export function Decisions({ tables }: Sheet) {
  return (
    <Section id="decisions" title="Decisions by rule">
      <Table
        name="rules"
        caption="Decisions by rule, in the order of the configuration"
        columns={[{ head: "Rule" }, ...numbers("Permits", "Denials", "Last")]}
        rows={tables.rules}
        empty="There are no rules, so nothing is allowed."
      />
    </Section>
  );
}

/** Who was refused, and why. */
export function Refusals({ tables }: Sheet) {
  return (
    <Section id="refusals" title="Refused lately, newest first">
      <div class="tall" tabindex={0} role="region" aria-label="The latest refusals">
        <Table
          isWide
          name="refusals"
          caption="The latest refusals, newest first, with what would help"
          columns={[{ head: "UTC" }, { head: "Who" }, { head: "What" }, { head: "Why" }]}
          rows={tables.refusals}
          empty="Nothing was refused yet."
        />
      </div>
    </Section>
  );
}

/** Whose credentials are at hand, and how they are got. */
export function Credentials({ tables, words }: Sheet) {
  return (
    <>
      <Section id="identities" title="Cached identities">
        <Words name="identities" lines={words.identities} />
        <div class="tall" tabindex={0} role="region" aria-label="Cached identities, one by one">
          <Table
            isWide
            name="identities"
            caption="Callers whose credentials are at hand, those first that were used last"
            columns={[{ head: "Caller" }, { head: "Role" }, { head: "Source" }, ...numbers("Left", "Used")]}
            rows={tables.identities}
            empty=""
          />
        </div>
      </Section>
      <Section id="exchanges" title="Exchanges with AWS">
        <Table
          isWide
          name="exchanges"
          caption="Questions to identity pools, STS and AWS IoT in the last five minutes"
          columns={[{ head: "Operation" }, ...numbers("In 5 min", "Failed", "p95"), { head: "Last trouble" }]}
          rows={tables.exchanges}
          empty="Nothing was asked of AWS yet."
        />
      </Section>
    </>
  );
}

/** What it stands on, and how full it is. */
export function Standing({ tables }: Sheet) {
  return (
    <div class="pair">
      <Section id="issuers" title="Issuers">
        <Table
          name="issuers"
          caption="What tokens are proved by, and what is shared"
          columns={[{ head: "What" }, { head: "Is" }]}
          rows={tables.issuers}
          empty="No issuer is configured: all callers are guests."
        />
      </Section>
      <Section id="load" title="Saturation">
        <Table
          name="load"
          caption="How much is taken of what there is"
          columns={[{ head: "What" }, ...numbers("Is", "Limit", "Full")]}
          rows={tables.load}
          empty=""
        />
      </Section>
    </div>
  );
}

/** By what it runs. */
export function Configuration({ words }: Sheet) {
  return (
    <Section id="configuration" title="Configuration">
      <Words name="configuration" lines={words.configuration} />
      <details>
        <summary>Show it, with references in place of secrets</summary>
        <div class="scroll" tabindex={0} role="region" aria-label="The configuration">
          <Words as="pre" name="document" lines={words.document} />
        </div>
      </details>
    </Section>
  );
}

/** What record mode would have the rules be; the browser asks for it when somebody opens it. */
export function Suggestions({ isRecording }: Sheet) {
  return (
    <div data-recording hidden={!isRecording}>
      <Section id="suggestions" title="Suggested rules">
        <p>
          Record mode lets through what no rule allows, and has seen what is used. As JSON it is at{" "}
          <a href="/recorded">/recorded</a>.
        </p>
        <details data-recorded>
          <summary>Show rules that would allow it</summary>
          <div class="scroll" tabindex={0} role="region" aria-label="Suggested rules">
            <pre />
          </div>
        </details>
      </Section>
    </div>
  );
}
