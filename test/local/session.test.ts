import { expect, it } from "vitest";
import { createSessions } from "../../src/local/session.ts";

const HOUR_MS = 3_600_000;
const roleArn = "arn:aws:iam::123456789012:role/x";

function sessionsAt(startMs: number) {
  const clock = { ms: startMs };
  const sessions = createSessions(() => clock.ms);
  const issue = () =>
    sessions.issue({ roleArn, sessionName: "test", expiresAtMs: clock.ms + HOUR_MS }).accessKeyId;
  return { clock, sessions, issue };
}

it("forgets sessions that ended over an hour ago, and not before", () => {
  const { clock, sessions, issue } = sessionsAt(0);
  const first = issue();
  clock.ms = 2 * HOUR_MS - 1;
  issue();
  expect(sessions.find(first)).toBeDefined();
  clock.ms = 2 * HOUR_MS + 60_000;
  issue();
  expect(sessions.find(first)).toBeUndefined();
  expect(sessions.all()).toHaveLength(2);
});

it("ends one session before its time, and no other", () => {
  const { sessions, issue } = sessionsAt(0);
  const [one, other, third] = [issue(), issue(), issue()];
  const before = sessions.all();
  expect([sessions.expire(one), sessions.revoke(other), sessions.expire("ASIANOBODY")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(sessions.find(one)).toEqual({ ...before[0], expiresAtMs: 0 });
  const revoked = sessions.find(other);
  expect(revoked).toEqual({ ...before[1], sessionToken: revoked?.sessionToken });
  expect(revoked?.sessionToken).not.toBe(before[1]?.sessionToken);
  expect(sessions.find(third)).toBe(before[2]);
});
