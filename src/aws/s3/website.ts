import type { XmlElement } from "@rgrove/parse-xml";
import type { KeyEntry } from "../dynamodb/key-entry.ts";
import { membersOf, parseStrictXml, textIn, textOf, type XmlMembers } from "../strict-xml.ts";
import { REDIRECT } from "./header-keys.ts";

/** A host and its port: nothing in it can end the name of a host in one reader's eyes and not in another's. */
const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;
const PROTOCOLS = ["http", "https"];

const CONDITION = ["HttpErrorCodeReturnedEquals", "KeyPrefixEquals"];
const REDIRECT_ALL = ["HostName", "Protocol"];
const REDIRECT_SOME = [...REDIRECT_ALL, "HttpRedirectCode", "ReplaceKeyPrefixWith", "ReplaceKeyWith"];

/**
 * Reads the body of PutBucketWebsite for the other hosts that it leads readers to: all URLs that begin so, such as
 * `https://example.com/`. Without a protocol S3 keeps that of the reader, so that there are two.
 *
 * @param text empty where S3 is told nothing
 * @throws Refusal body-malformed
 */
export function readWebsite(text: string): readonly KeyEntry[] {
  if (text === "") return [];
  const once = ["ErrorDocument", "IndexDocument", "RedirectAllRequestsTo", "RoutingRules"];
  const website = membersOf(parseStrictXml(text, "WebsiteConfiguration"), once);
  checkTexts(website, "ErrorDocument", ["Key"]);
  checkTexts(website, "IndexDocument", ["Suffix"]);
  const all = checkTexts(website, "RedirectAllRequestsTo", REDIRECT_ALL);
  const [rules] = website.get("RoutingRules") ?? [];
  const some = rules === undefined ? [] : redirectsIn(rules);
  const urls = [all, ...some].flatMap(urlsOf);
  if (urls.length === 0) return [];
  return [[REDIRECT, urls.includes(undefined) ? "unknown" : [...new Set(urls)].filter(isKnown)]];
}

function redirectsIn(rules: XmlElement): readonly XmlMembers[] {
  const each = membersOf(rules, [], ["RoutingRule"]).get("RoutingRule") ?? [];
  return each.map((rule) => {
    const members = membersOf(rule, ["Condition", "Redirect"]);
    checkTexts(members, "Condition", CONDITION);
    return checkTexts(members, "Redirect", REDIRECT_SOME);
  });
}

/** The members of one that stands once or not at all, each of them a text. */
function checkTexts(members: XmlMembers, name: string, names: readonly string[]): XmlMembers {
  const [element] = members.get(name) ?? [];
  if (element === undefined) return new Map();
  const found = membersOf(element, names);
  for (const [one] of found.values()) if (one !== undefined) textIn(one);
  return found;
}

/** Undefined for where nobody knows. */
function urlsOf(redirect: XmlMembers): readonly (string | undefined)[] {
  const host = textOf(redirect, "HostName");
  if (host === undefined) return [];
  const protocol = textOf(redirect, "Protocol");
  const isRead = HOST.test(host) && (protocol === undefined || PROTOCOLS.includes(protocol));
  if (!isRead) return [undefined];
  return (protocol === undefined ? PROTOCOLS : [protocol]).map((one) => `${one}://${host}/`);
}

function isKnown(url: string | undefined): url is string {
  return url !== undefined;
}
