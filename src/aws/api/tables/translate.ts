import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:translate:{region}:{account}:";

/** Amazon Translate (API reference, 2017-07-01; Service Authorization Reference, Amazon Translate). */
export const TRANSLATE: ApiModel = {
  endpointPrefix: "translate",
  actionPrefix: "translate",
  protocols: ["json"],
  target: "AWSShineFrontendService_20170701",
  jsonVersion: "1.1",
  operations: operations("translate", [
    [
      [`${ARN}parallel-data/{Name}`],
      "CreateParallelData DeleteParallelData GetParallelData UpdateParallelData",
    ],
    [[`${ARN}terminology/{Name}`], "DeleteTerminology GetTerminology ImportTerminology"],
    [["{ResourceArn}"], "ListTagsForResource TagResource UntagResource"],
    // Without either IAM knows no resource for them, and a rule must be about everything.
    [
      [`${ARN}terminology/{TerminologyNames[]}`, `${ARN}parallel-data/{ParallelDataNames[]}`],
      "StartTextTranslationJob",
    ],
    [[`${ARN}terminology/{TerminologyNames[]}`], "TranslateDocument TranslateText"],
    [
      NO_RESOURCE,
      `DescribeTextTranslationJob ListLanguages ListParallelData ListTerminologies ListTextTranslationJobs
       StopTextTranslationJob`,
    ],
  ]),
};
