import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

/**
 * Amazon SNS (API reference, 2010-03-31; Service Authorization Reference, Amazon SNS, which leaves out the resources of
 * push notifications: SNS asks IAM for the application or endpoint that a request names).
 */
export const SNS: ApiModel = {
  endpointPrefix: "sns",
  actionPrefix: "sns",
  protocols: ["query"],
  apiVersion: "2010-03-31",
  operations: operations("sns", [
    [
      ["{TopicArn}"],
      `AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes ListSubscriptionsByTopic PublishBatch=Publish
       RemovePermission SetTopicAttributes Subscribe`,
    ],
    [["arn:{partition}:sns:{region}:{account}:{Name}"], "CreateTopic"],
    // To a telephone number: of that IAM knows no resource, and a rule must be about everything.
    [["{TopicArn}", "{TargetArn}"], "Publish"],
    // A subscription's ARN is its topic's with an id behind it.
    [
      ["arn:{partition}:sns:{region}:{account}:{SubscriptionArn|unqualified}"],
      "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe",
    ],
    [
      ["{ResourceArn}"],
      "GetDataProtectionPolicy ListTagsForResource PutDataProtectionPolicy TagResource UntagResource",
    ],
    [
      ["{PlatformApplicationArn}"],
      `CreatePlatformEndpoint DeletePlatformApplication GetPlatformApplicationAttributes
       ListEndpointsByPlatformApplication SetPlatformApplicationAttributes`,
    ],
    [["{EndpointArn}"], "DeleteEndpoint GetEndpointAttributes SetEndpointAttributes"],
    ["unknown", "CreatePlatformApplication"],
    [
      NO_RESOURCE,
      `CheckIfPhoneNumberIsOptedOut CreateSMSSandboxPhoneNumber DeleteSMSSandboxPhoneNumber GetSMSAttributes
       GetSMSSandboxAccountStatus ListOriginationNumbers ListPhoneNumbersOptedOut ListPlatformApplications
       ListSMSSandboxPhoneNumbers ListSubscriptions ListTopics OptInPhoneNumber SetSMSAttributes
       VerifySMSSandboxPhoneNumber`,
    ],
  ]),
};
