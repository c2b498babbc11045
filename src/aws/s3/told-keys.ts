import type { XmlElement } from "@rgrove/parse-xml";
import type { KeyEntry } from "../dynamodb/key-entry.ts";
import { membersOf, parseStrictXml, textIn } from "../strict-xml.ts";

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
  /**
   * Every member that there may be, by its path such as `EventHoldDuration/Days`, with what it tells. A name that ends in
   * `*` may stand any number of times.
   */
  readonly members: Readonly<Record<string, ToldKey | undefined>>;
}

/**
 * Reads the condition keys that a body tells. One that is told more than once has all its values.
 *
 * @param text empty where S3 is told nothing
 * @throws Refusal body-malformed, also for a member that is not listed
 */
export function readToldKeys(text: string, { root, members }: ToldBody): readonly KeyEntry[] {
  return text === "" ? [] : joined(entriesOf(parseStrictXml(text, root), "", members));
}

function entriesOf(element: XmlElement, within: string, members: ToldBody["members"]): readonly KeyEntry[] {
  const below = Object.keys(members).filter((path) => path.startsWith(within));
  const names = [...new Set(below.map((path) => path.slice(within.length).split("/", 1)[0] ?? ""))];
  const often = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  const found = membersOf(element, names, often);
  return [...found].flatMap(([name, all]) => {
    const path = `${within}${name}${often.includes(name) ? "*" : ""}`;
    return all.flatMap((member) => entriesAt(path, member, members));
  });
}

function entriesAt(path: string, member: XmlElement, members: ToldBody["members"]): readonly KeyEntry[] {
  const isDeeper = Object.keys(members).some((one) => one.startsWith(`${path}/`));
  const inside = isDeeper ? entriesOf(member, `${path}/`, members) : [];
  const text = isDeeper ? "" : textIn(member);
  const told = members[path];
  if (told === undefined) return inside;
  return [...inside, [told.key, told.unknown === true ? "unknown" : valueOf(told.is ?? text)]];
}

/** Whether S3 takes white space around a value for a part of it nobody says. */
function valueOf(text: string): readonly string[] | "unknown" {
  return text === text.trim() ? [text] : "unknown";
}

/** Each key once. */
function joined(entries: readonly KeyEntry[]): readonly KeyEntry[] {
  const keys = new Map<string, KeyEntry[1]>();
  for (const [key, values] of entries) {
    const others = keys.get(key) ?? [];
    const isKnown = values !== "unknown" && others !== "unknown";
    keys.set(key, isKnown ? [...new Set([...others, ...values])] : "unknown");
  }
  return [...keys];
}
