/**
 * Whether a topic may be published to, by the limits of AWS IoT Core: 256 bytes in UTF-8 and seven slashes, where
 * `$aws/rules/NAME/` does not count. Of topics that begin with `$`, those below `$aws/` are there.
 *
 * Source: AWS General Reference, "AWS IoT Core endpoints and quotas", message broker; AWS IoT Core Developer Guide,
 * "Reserved topics".
 */
export function isTopic(topic: string): boolean {
  return isWithinLimits(topic) && !/[+#\0]/.test(topic);
}

/** The same for what a client subscribes to, wildcards and all (MQTT 3.1.1, section 4.7.1). */
export function isTopicFilter(filter: string): boolean {
  const levels = filter.split("/");
  const isLevel = (level: string, at: number): boolean =>
    level === "+" || (level === "#" && at === levels.length - 1) || !/[+#\0]/.test(level);
  return isWithinLimits(filter) && levels.every(isLevel);
}

function isWithinLimits(text: string): boolean {
  if (text.startsWith("$") && !text.startsWith("$aws/")) return false;
  const counted = text.replace(/^\$aws\/rules\/[^/]+\//, "");
  return counted !== "" && Buffer.byteLength(counted) <= 256 && counted.split("/").length <= 8;
}

/** Whether an id may be a client's: 1 to 128 bytes in UTF-8 (the same quotas). */
export function isClientId(id: string): boolean {
  return id !== "" && Buffer.byteLength(id) <= 128;
}
