import type { XmlElement } from "@rgrove/parse-xml";
import type { KeyEntry } from "../dynamodb/key-entry.ts";
import { membersOf, parseStrictXml, textOf } from "../strict-xml.ts";

/** What one member of a body says in IAM's conditions. */
interface ToldKey {
  /** In lower case. */
  readonly key: string;
  /** What it says by being there; otherwise its text does. */
  readonly is?: string;
  /** It says so in another measure than the key has. */
  readonly unknown?: true;
}

/** A small XML body whose text IAM's conditions are about. */
export interface ToldBody {
  readonly root: string;
  /** Every member that there may be, by its path such as `EventHoldDuration/Days`, with what it tells. */
  readonly members: Readonly<Record<string, ToldKey | undefined>>;
}

/**
 * Reads the condition keys that a body tells.
 *
 * @param text empty where S3 is told nothing
 * @throws Refusal body-malformed, also for a member that is not listed
 */
export function readToldKeys(text: string, { root, members }: ToldBody): readonly KeyEntry[] {
  return text === "" ? [] : entriesOf(parseStrictXml(text, root), "", members);
}

function entriesOf(element: XmlElement, within: string, members: ToldBody["members"]): readonly KeyEntry[] {
  const below = Object.keys(members).filter((path) => path.startsWith(within));
  const names = new Set(below.map((path) => path.slice(within.length).split("/", 1)[0] ?? ""));
  const found = membersOf(element, [...names]);
  return [...found].flatMap(([name, [member]]) => {
    const path = `${within}${name}`;
    const deeper = below.some((one) => one.startsWith(`${path}/`));
    const inside = deeper && member !== undefined ? entriesOf(member, `${path}/`, members) : [];
    const told = members[path];
    if (told === undefined) return inside;
    const text = told.is ?? textOf(found, name) ?? "";
    return [...inside, [told.key, told.unknown === true ? "unknown" : valueOf(text)]];
  });
}

/** Whether S3 takes white space around a value for a part of it nobody says. */
function valueOf(text: string): readonly string[] | "unknown" {
  return text === text.trim() ? [text] : "unknown";
}
