import { DynamoDbFault } from "./engine.ts";

/** The input breaks a rule of the API. */
export function validationException(message: string): DynamoDbFault {
  return new DynamoDbFault({ __type: "com.amazon.coral.validate#ValidationException", message });
}

/** The service has no such operation. */
export function unknownOperation(): DynamoDbFault {
  return new DynamoDbFault({ __type: "com.amazon.coral.service#UnknownOperationException" });
}

/** The body is no JSON object. */
export function serializationException(): DynamoDbFault {
  return new DynamoDbFault({ __type: "com.amazon.coral.service#SerializationException" });
}

/** An error of the service's own model. */
export function modelledFault(name: string, fields: Readonly<Record<string, unknown>>): DynamoDbFault {
  return new DynamoDbFault({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...fields });
}
