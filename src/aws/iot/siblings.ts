/** Of AWS IoT Core: action → actions by which the same can be done (IoT developer guide, device shadow MQTT topics). */
export const IOT_SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  // A session that goes on has the subscriptions that it had.
  "iot:Subscribe": ["iot:Receive"],
  // The last message of a topic, over HTTPS.
  "iot:Receive": ["iot:GetRetainedMessage"],
  // By messages on the shadow's own topics, which ask for no other leave.
  "iot:UpdateThingShadow": ["iot:Publish"],
  "iot:DeleteThingShadow": ["iot:Publish"],
  // What a shadow is asked for by such a message, and all that it becomes, comes on topics too.
  "iot:GetThingShadow": ["iot:Receive"],
};
