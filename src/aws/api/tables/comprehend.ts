import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:comprehend:{region}:{account}:";

/** Amazon Comprehend (API reference, 2017-11-27; Service Authorization Reference, Amazon Comprehend). */
export const COMPREHEND: ApiModel = {
  endpointPrefix: "comprehend",
  actionPrefix: "comprehend",
  protocols: ["json"],
  target: "Comprehend_20171127",
  jsonVersion: "1.1",
  operations: operations("comprehend", [
    [["{EndpointArn}"], "ClassifyDocument DeleteEndpoint DescribeEndpoint"],
    [
      ["{FlywheelArn}"],
      `CreateDataset DeleteFlywheel DescribeFlywheel DescribeFlywheelIteration ListFlywheelIterationHistory
       StartFlywheelIteration`,
    ],
    [["{DatasetArn}"], "DescribeDataset"],
    [
      ["{DocumentClassifierArn}"],
      `DeleteDocumentClassifier DescribeDocumentClassifier StopTrainingDocumentClassifier`,
    ],
    [
      ["{EntityRecognizerArn}"],
      `DeleteEntityRecognizer DescribeEntityRecognizer StopTrainingEntityRecognizer`,
    ],
    [
      ["{ResourceArn}"],
      `DeleteResourcePolicy DescribeResourcePolicy ListTagsForResource PutResourcePolicy TagResource
       UntagResource`,
    ],
    [[`${ARN}document-classification-job/{JobId}`], "DescribeDocumentClassificationJob"],
    [
      [`${ARN}dominant-language-detection-job/{JobId}`],
      "DescribeDominantLanguageDetectionJob StopDominantLanguageDetectionJob",
    ],
    [[`${ARN}entities-detection-job/{JobId}`], "DescribeEntitiesDetectionJob StopEntitiesDetectionJob"],
    [[`${ARN}events-detection-job/{JobId}`], "DescribeEventsDetectionJob StopEventsDetectionJob"],
    [
      [`${ARN}key-phrases-detection-job/{JobId}`],
      "DescribeKeyPhrasesDetectionJob StopKeyPhrasesDetectionJob",
    ],
    [
      [`${ARN}pii-entities-detection-job/{JobId}`],
      "DescribePiiEntitiesDetectionJob StopPiiEntitiesDetectionJob",
    ],
    [[`${ARN}sentiment-detection-job/{JobId}`], "DescribeSentimentDetectionJob StopSentimentDetectionJob"],
    [
      [`${ARN}targeted-sentiment-detection-job/{JobId}`],
      "DescribeTargetedSentimentDetectionJob StopTargetedSentimentDetectionJob",
    ],
    [[`${ARN}topics-detection-job/{JobId}`], "DescribeTopicsDetectionJob"],
    // Without an endpoint IAM knows no resource for it, and a rule must be about everything.
    [["{EndpointArn}"], "DetectEntities"],
    [
      NO_RESOURCE,
      `BatchDetectDominantLanguage BatchDetectEntities BatchDetectKeyPhrases BatchDetectSentiment
       BatchDetectSyntax BatchDetectTargetedSentiment ContainsPiiEntities DetectDominantLanguage
       DetectKeyPhrases DetectPiiEntities DetectSentiment DetectSyntax DetectTargetedSentiment
       DetectToxicContent ListDocumentClassificationJobs ListDocumentClassifierSummaries
       ListDocumentClassifiers ListDominantLanguageDetectionJobs ListEndpoints ListEntitiesDetectionJobs
       ListEntityRecognizerSummaries ListEntityRecognizers ListEventsDetectionJobs ListFlywheels
       ListKeyPhrasesDetectionJobs ListPiiEntitiesDetectionJobs ListSentimentDetectionJobs
       ListTargetedSentimentDetectionJobs ListTopicsDetectionJobs`,
    ],
    // They make what they are about, or name more than one thing in several ways.
    [
      "unknown",
      `CreateDocumentClassifier CreateEndpoint CreateEntityRecognizer CreateFlywheel ImportModel ListDatasets
       StartDocumentClassificationJob StartDominantLanguageDetectionJob StartEntitiesDetectionJob
       StartEventsDetectionJob StartKeyPhrasesDetectionJob StartPiiEntitiesDetectionJob
       StartSentimentDetectionJob StartTargetedSentimentDetectionJob StartTopicsDetectionJob UpdateEndpoint
       UpdateFlywheel`,
    ],
  ]),
};
