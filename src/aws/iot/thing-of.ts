/** What AWS reserves for a thing (IoT developer guide, reserved topics). */
const OF_THING = /^\$aws\/things\/(?<thing>[^/]+)\/(?:shadow\/name\/(?<shadow>[^/]+)\/)?/;

/**
 * What a reserved topic is a part of, behind the account in an ARN: `thing/NAME`, and of a named shadow `thing/NAME/SHADOW`.
 * Of a topic filter in IAM's wildcards it may be a pattern.
 */
export function thingsOf(topic: string): readonly string[] {
  const { thing, shadow } = OF_THING.exec(topic)?.groups ?? {};
  if (thing === undefined) return [];
  const own = `thing/${thing}`;
  return shadow === undefined ? [own] : [own, `${own}/${shadow}`];
}
