import { BlockList, isIP } from "node:net";
import { LocalError } from "../request.ts";
import { compileArn, compilePattern } from "./pattern.ts";
import type { ValueTest } from "./pattern.ts";

/** One condition operator; a negated one holds where its positive twin does not. */
export interface Operator {
  readonly negated: boolean;
  /** Makes the test of one policy value; `variables` tells whether `${key}` is substituted in it. */
  readonly compile: (value: string, variables: boolean) => ValueTest;
}

type Compile = Operator["compile"];

const stringEquals: Compile = (value, variables) => compilePattern(value, { variables, wildcards: false });
const stringEqualsIgnoreCase: Compile = (value, variables) =>
  compilePattern(value, { variables, wildcards: false, ignoreCase: true });
const stringLike: Compile = (value, variables) => compilePattern(value, { variables, wildcards: true });
const arnLike: Compile = (value, variables) => compileArn(value, { variables, wildcards: true });

/**
 * Every condition operator but `Null`, without its `IfExists` form.
 *
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    StringEquals: positive(stringEquals),
    StringNotEquals: negated(stringEquals),
    StringEqualsIgnoreCase: positive(stringEqualsIgnoreCase),
    StringNotEqualsIgnoreCase: negated(stringEqualsIgnoreCase),
    StringLike: positive(stringLike),
    StringNotLike: negated(stringLike),
    NumericEquals: positive(ordered(toNumber, (order) => order === 0)),
    NumericNotEquals: negated(ordered(toNumber, (order) => order === 0)),
    NumericLessThan: positive(ordered(toNumber, (order) => order < 0)),
    NumericLessThanEquals: positive(ordered(toNumber, (order) => order <= 0)),
    NumericGreaterThan: positive(ordered(toNumber, (order) => order > 0)),
    NumericGreaterThanEquals: positive(ordered(toNumber, (order) => order >= 0)),
    DateEquals: positive(ordered(toTime, (order) => order === 0)),
    DateNotEquals: negated(ordered(toTime, (order) => order === 0)),
    DateLessThan: positive(ordered(toTime, (order) => order < 0)),
    DateLessThanEquals: positive(ordered(toTime, (order) => order <= 0)),
    DateGreaterThan: positive(ordered(toTime, (order) => order > 0)),
    DateGreaterThanEquals: positive(ordered(toTime, (order) => order >= 0)),
    Bool: positive(bool),
    BinaryEquals: positive(binaryEquals),
    IpAddress: positive(ipAddress),
    NotIpAddress: negated(ipAddress),
    // The Equals and Like forms behave alike: "ArnEquals and ArnLike behave identically."
    ArnEquals: positive(arnLike),
    ArnLike: positive(arnLike),
    ArnNotEquals: negated(arnLike),
    ArnNotLike: negated(arnLike),
  }),
);

function positive(compile: Compile): Operator {
  return { negated: false, compile };
}

function negated(compile: Compile): Operator {
  return { negated: true, compile };
}

function ordered(read: (text: string) => number, holds: (order: number) => boolean): Compile {
  return (policyValue) => {
    const right = read(policyValue);
    if (Number.isNaN(right)) throw malformed(policyValue);
    // NaN minus anything is NaN, which holds in no comparison.
    return (value) => holds(read(value) - right);
  };
}

function toNumber(text: string): number {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Epoch milliseconds of an ISO 8601 date, or of epoch seconds. */
function toTime(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000;
  return /^\d{4}(?:-|$)/.test(text) ? Date.parse(text) : Number.NaN;
}

function bool(policyValue: string): ValueTest {
  const wanted = policyValue.toLowerCase();
  return (value) => value.toLowerCase() === wanted;
}

function binaryEquals(policyValue: string): ValueTest {
  const wanted = Buffer.from(policyValue, "base64");
  return (value) => Buffer.from(value, "base64").equals(wanted);
}

/** A single address is its own range; IPv4-mapped IPv6 addresses count as IPv4. */
function ipAddress(policyValue: string): ValueTest {
  const slash = policyValue.indexOf("/");
  const address = slash < 0 ? policyValue : policyValue.slice(0, slash);
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  const prefix = slash < 0 ? widest : toNumber(policyValue.slice(slash + 1));
  if (family === 0 || !(prefix >= 0 && prefix <= widest)) throw malformed(policyValue);
  const range = new BlockList();
  range.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  return (value) => {
    const valueFamily = isIP(value);
    return valueFamily !== 0 && range.check(value, valueFamily === 4 ? "ipv4" : "ipv6");
  };
}

function malformed(value: string): LocalError {
  return new LocalError("MalformedPolicyDocument", `not a valid condition value: ${value}`, 400);
}
