import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:rekognition:{region}:{account}:";

/**
 * Amazon Rekognition (API reference, 2016-06-27; Service Authorization Reference, Amazon Rekognition). Images and
 * videos of S3 it reads with the credentials of the request.
 */
export const REKOGNITION: ApiModel = {
  endpointPrefix: "rekognition",
  actionPrefix: "rekognition",
  protocols: ["json"],
  target: "RekognitionService",
  jsonVersion: "1.1",
  operations: operations("rekognition", [
    [
      [`${ARN}collection/{CollectionId}`],
      `AssociateFaces CreateUser DeleteCollection DeleteFaces DeleteUser DescribeCollection DisassociateFaces
       IndexFaces ListFaces ListUsers SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage
       StartFaceSearch`,
    ],
    [
      ["{ProjectArn}"],
      `CreateDataset CreateProjectVersion DeleteProject DeleteProjectPolicy DescribeProjectVersions
       ListProjectPolicies PutProjectPolicy`,
    ],
    [
      ["{ProjectVersionArn}"],
      `DeleteProjectVersion DetectCustomLabels StartProjectVersion StopProjectVersion`,
    ],
    [
      ["{DatasetArn}"],
      `DeleteDataset DescribeDataset ListDatasetEntries ListDatasetLabels UpdateDatasetEntries`,
    ],
    [["{Datasets[].Arn}"], "DistributeDatasetEntries"],
    [["{SourceProjectArn}", "{SourceProjectVersionArn}", "{DestinationProjectArn}"], "CopyProjectVersion"],
    [
      [`${ARN}streamprocessor/{Name}`],
      `DeleteStreamProcessor DescribeStreamProcessor StartStreamProcessor StopStreamProcessor
       UpdateStreamProcessor`,
    ],
    [[`${ARN}collection/{Settings.FaceSearch.CollectionId}`], "CreateStreamProcessor"],
    [["{ResourceArn}"], "ListTagsForResource TagResource UntagResource"],
    // Which version of a project they use stands where it need not.
    ["unknown", "DetectModerationLabels StartMediaAnalysisJob"],
    [
      NO_RESOURCE,
      `CompareFaces CreateCollection CreateFaceLivenessSession CreateProject DescribeProjects DetectFaces
       DetectLabels DetectProtectiveEquipment DetectText GetCelebrityInfo GetCelebrityRecognition
       GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection
       GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection ListCollections
       ListMediaAnalysisJobs ListStreamProcessors RecognizeCelebrities StartCelebrityRecognition
       StartContentModeration StartFaceDetection StartLabelDetection StartPersonTracking StartSegmentDetection
       StartTextDetection`,
    ],
  ]),
};
