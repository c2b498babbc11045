import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:textract:{region}:{account}:";

/**
 * Amazon Textract (API reference, 2018-06-27; Service Authorization Reference, Amazon Textract). Documents of S3 it
 * reads with the credentials of the request.
 */
export const TEXTRACT: ApiModel = {
  endpointPrefix: "textract",
  actionPrefix: "textract",
  protocols: ["json"],
  target: "Textract",
  jsonVersion: "1.1",
  operations: operations("textract", [
    [[`${ARN}/adapters/{AdapterId}`], "CreateAdapterVersion DeleteAdapter GetAdapter UpdateAdapter"],
    [[`${ARN}/adapters/{AdapterId}/versions/{AdapterVersion}`], "DeleteAdapterVersion GetAdapterVersion"],
    [["{ResourceARN}"], "ListTagsForResource TagResource UntagResource"],
    [
      NO_RESOURCE,
      `AnalyzeDocument AnalyzeExpense AnalyzeID CreateAdapter DetectDocumentText GetDocumentAnalysis
       GetDocumentTextDetection GetExpenseAnalysis GetLendingAnalysis GetLendingAnalysisSummary
       ListAdapterVersions ListAdapters StartDocumentAnalysis StartDocumentTextDetection StartExpenseAnalysis
       StartLendingAnalysis`,
    ],
  ]),
};
