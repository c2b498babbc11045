/** Reason codes of MQTT 5 that Postern itself gives (section 2.4). */
export const REASONS = {
  normalDisconnection: 0x00,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  maximumConnectTime: 0xa0,
} as const;

/** One of {@link REASONS}. */
export type ReasonCode = (typeof REASONS)[keyof typeof REASONS];
