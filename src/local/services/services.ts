import type { ApiAdmitted } from "../guard/admit-api.ts";
import type { ApiService } from "../guard/api-actions.ts";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { World } from "../world.ts";
import { apiAnswer } from "./api-answer.ts";
import { createKinesis } from "./kinesis.ts";
import { createMonitoring } from "./monitoring.ts";
import type { Operations } from "./operations.ts";
import { createSns } from "./sns.ts";
import { createSqs } from "./sqs.ts";
import { createStates } from "./states.ts";

/** The smaller services of the stand-in: SQS, SNS, Step Functions, CloudWatch and Kinesis. */
export interface SmallServices {
  /**
   * Does what was admitted.
   *
   * @throws LocalError what the service refuses.
   */
  readonly handle: (admitted: ApiAdmitted) => LocalAnswer;
}

/**
 * Makes them with what a world has of each.
 *
 * @param now Epoch milliseconds.
 */
export function createSmallServices(world: World, now: () => number): SmallServices {
  const { account, region, queues = [], topics = [], stateMachines = [], streams = [] } = world;
  const options = { account, region, now };
  const services: Readonly<Record<ApiService, Operations>> = {
    sqs: createSqs(queues, options),
    sns: createSns(topics, options),
    states: createStates(stateMachines, options),
    monitoring: createMonitoring(),
    kinesis: createKinesis(streams, options),
  };
  return {
    handle: ({ service, call: { operation, protocol, input } }) => {
      const run = services[service][operation];
      if (run === undefined) throw new LocalError("InternalFailure", `${service} has no ${operation}`, 500);
      return apiAnswer({ service, operation, protocol }, run(input));
    },
  };
}
