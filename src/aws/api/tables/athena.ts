import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:athena:{region}:{account}:";

/**
 * Amazon Athena (API reference, 2017-05-18; Service Authorization Reference, Amazon Athena). What a query reads,
 * Athena asks IAM for with the credentials that it came with.
 */
export const ATHENA: ApiModel = {
  endpointPrefix: "athena",
  actionPrefix: "athena",
  protocols: ["json"],
  target: "AmazonAthena",
  jsonVersion: "1.1",
  operations: operations("athena", [
    [
      [`${ARN}workgroup/{WorkGroup}`],
      `BatchGetPreparedStatement CreateNotebook CreatePreparedStatement DeletePreparedStatement DeleteWorkGroup
       GetPreparedStatement GetWorkGroup ImportNotebook ListNotebookMetadata ListPreparedStatements
       ListSessions StartSession UpdatePreparedStatement UpdateWorkGroup`,
    ],
    [
      [`${ARN}workgroup/{WorkGroup=primary}`],
      "CreateNamedQuery ListNamedQueries ListQueryExecutions StartQueryExecution",
    ],
    [[`${ARN}workgroup/{Name}`], "CreateWorkGroup"],
    [[`${ARN}datacatalog/{CatalogName}`], "GetDatabase GetTableMetadata ListDatabases ListTableMetadata"],
    [[`${ARN}datacatalog/{Name}`], "CreateDataCatalog DeleteDataCatalog GetDataCatalog UpdateDataCatalog"],
    [[`${ARN}capacity-reservation/{CapacityReservationName}`], "GetCapacityAssignmentConfiguration"],
    [
      [`${ARN}capacity-reservation/{Name}`],
      `CancelCapacityReservation CreateCapacityReservation DeleteCapacityReservation GetCapacityReservation
       UpdateCapacityReservation`,
    ],
    [["{ResourceARN}"], "GetResourceDashboard ListTagsForResource TagResource UntagResource"],
    // Of which work group a query, a session or a notebook is nobody can tell from its id.
    [
      "unknown",
      `BatchGetNamedQuery BatchGetQueryExecution CreatePresignedNotebookUrl DeleteNamedQuery DeleteNotebook
       ExportNotebook GetCalculationExecution GetCalculationExecutionCode GetCalculationExecutionStatus
       GetNamedQuery GetNotebookMetadata GetQueryExecution GetQueryResults GetQueryRuntimeStatistics GetSession
       GetSessionEndpoint GetSessionStatus ListCalculationExecutions ListNotebookSessions
       PutCapacityAssignmentConfiguration StartCalculationExecution StopCalculationExecution StopQueryExecution
       TerminateSession UpdateNamedQuery UpdateNotebook UpdateNotebookMetadata`,
    ],
    [
      NO_RESOURCE,
      `ListApplicationDPUSizes ListCapacityReservations ListDataCatalogs ListEngineVersions ListExecutors
       ListWorkGroups`,
    ],
  ]),
};
