import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:ssm:{region}:{account}:";

/**
 * AWS Systems Manager (API reference, 2014-11-06; Service Authorization Reference, AWS Systems Manager). Resources
 * are told for parameters.
 */
export const SSM: ApiModel = {
  endpointPrefix: "ssm",
  actionPrefix: "ssm",
  protocols: ["json"],
  target: "AmazonSSM",
  jsonVersion: "1.1",
  operations: operations(
    "ssm",
    [
      [
        [`${ARN}parameter{Name|parameter}`],
        `DeleteParameter GetParameter GetParameterHistory LabelParameterVersion PutParameter
         UnlabelParameterVersion`,
      ],
      [[`${ARN}parameter{Names[]|parameter}`], "DeleteParameters GetParameters"],
      // Who may read a path may read all below it (user guide, restricting access to parameters), but a deny of one below counts.
      [[`${ARN}parameter{Path|parameter-path}`], "GetParametersByPath"],
      [
        NO_RESOURCE,
        `DescribeActivations DescribeAutomationExecutions DescribeAvailablePatches DescribeInstanceInformation
         DescribeInstancePatchStatesForPatchGroup DescribeInstanceProperties DescribeInventoryDeletions
         DescribeMaintenanceWindowExecutionTaskInvocations DescribeMaintenanceWindowExecutionTasks
         DescribeMaintenanceWindowSchedule DescribeMaintenanceWindows DescribeMaintenanceWindowsForTarget
         DescribeOpsItems DescribeParameters DescribePatchBaselines DescribePatchGroupState DescribePatchGroups
         DescribePatchProperties DescribeSessions GetCommandInvocation GetDeployablePatchSnapshotForInstance
         GetExecutionPreview GetInventory GetInventorySchema GetMaintenanceWindowExecution
         GetMaintenanceWindowExecutionTask GetMaintenanceWindowExecutionTaskInvocation
         GetPatchBaselineForPatchGroup ListAssociations ListCommandInvocations ListCommands ListComplianceItems
         ListComplianceSummaries ListDocuments ListInventoryEntries ListOpsItemEvents ListOpsItemRelatedItems
         ListOpsMetadata ListResourceComplianceSummaries ListResourceDataSync`,
      ],
      [
        "unknown",
        `AddTagsToResource AssociateOpsItemRelatedItem CancelCommand CancelMaintenanceWindowExecution
         CreateActivation CreateAssociation CreateAssociationBatch CreateDocument CreateMaintenanceWindow
         CreateOpsItem CreateOpsMetadata CreatePatchBaseline CreateResourceDataSync DeleteActivation
         DeleteAssociation DeleteDocument DeleteInventory DeleteMaintenanceWindow DeleteOpsItem DeleteOpsMetadata
         DeletePatchBaseline DeleteResourceDataSync DeleteResourcePolicy DeregisterManagedInstance
         DeregisterPatchBaselineForPatchGroup DeregisterTargetFromMaintenanceWindow
         DeregisterTaskFromMaintenanceWindow DescribeAssociation DescribeAssociationExecutionTargets
         DescribeAssociationExecutions DescribeAutomationStepExecutions DescribeDocument
         DescribeDocumentPermission DescribeEffectiveInstanceAssociations
         DescribeEffectivePatchesForPatchBaseline DescribeInstanceAssociationsStatus DescribeInstancePatchStates
         DescribeInstancePatches DescribeMaintenanceWindowExecutions DescribeMaintenanceWindowTargets
         DescribeMaintenanceWindowTasks DisassociateOpsItemRelatedItem GetAutomationExecution GetCalendarState
         GetConnectionStatus GetDefaultPatchBaseline GetDocument GetMaintenanceWindow GetMaintenanceWindowTask
         GetOpsItem GetOpsMetadata GetOpsSummary GetPatchBaseline GetResourcePolicies GetServiceSetting
         ListAssociationVersions ListDocumentMetadataHistory ListDocumentVersions ListNodes ListNodesSummary
         ListTagsForResource ModifyDocumentPermission PutComplianceItems PutInventory PutResourcePolicy
         RegisterDefaultPatchBaseline RegisterPatchBaselineForPatchGroup RegisterTargetWithMaintenanceWindow
         RegisterTaskWithMaintenanceWindow RemoveTagsFromResource ResetServiceSetting ResumeSession
         SendAutomationSignal SendCommand StartAccessRequest StartAssociationsOnce StartAutomationExecution
         StartChangeRequestExecution StartExecutionPreview StartSession StopAutomationExecution TerminateSession
         UpdateAssociation UpdateAssociationStatus UpdateDocument UpdateDocumentDefaultVersion
         UpdateDocumentMetadata UpdateMaintenanceWindow UpdateMaintenanceWindowTarget UpdateMaintenanceWindowTask
         UpdateManagedInstanceRole UpdateOpsItem UpdateOpsMetadata UpdatePatchBaseline UpdateResourceDataSync
         UpdateServiceSetting`,
      ],
    ],
    {
      GetParameters: { covers: ["GetParameter"] },
      GetParametersByPath: { covers: ["GetParameter", "GetParameters"] },
      GetParameterHistory: { covers: ["GetParameter"] },
      DeleteParameters: { covers: ["DeleteParameter"] },
    },
  ),
};
