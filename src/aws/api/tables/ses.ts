import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:ses:{region}:{account}:";

/** Amazon SES (API reference v2, 2019-09-27; Service Authorization Reference, Amazon SES v2). */
export const SES: ApiModel = {
  endpointPrefix: "email",
  actionPrefix: "ses",
  protocols: ["rest-json"],
  operations: operations("ses", [
    [
      [`${ARN}identity/{EmailIdentity|identity}`],
      `
        CreateEmailIdentity POST /v2/email/identities
        CreateEmailIdentityPolicy POST /v2/email/identities/{EmailIdentity}/policies/{PolicyName}
        DeleteEmailIdentity DELETE /v2/email/identities/{EmailIdentity}
        DeleteEmailIdentityPolicy DELETE /v2/email/identities/{EmailIdentity}/policies/{PolicyName}
        GetEmailIdentity GET /v2/email/identities/{EmailIdentity}
        GetEmailIdentityPolicies GET /v2/email/identities/{EmailIdentity}/policies
        PutEmailIdentityDkimAttributes PUT /v2/email/identities/{EmailIdentity}/dkim
        PutEmailIdentityDkimSigningAttributes PUT /v2/email/identities/{EmailIdentity}/dkim/signing
        PutEmailIdentityFeedbackAttributes PUT /v2/email/identities/{EmailIdentity}/feedback
        PutEmailIdentityMailFromAttributes PUT /v2/email/identities/{EmailIdentity}/mail-from
        UpdateEmailIdentityPolicy PUT /v2/email/identities/{EmailIdentity}/policies/{PolicyName}`,
    ],
    [
      [`${ARN}identity/{Domain|identity}`],
      "GetDomainStatisticsReport GET /v2/email/deliverability-dashboard/statistics-report/{Domain}",
    ],
    [
      [`${ARN}identity/{EmailIdentity|identity}`, `${ARN}configuration-set/{ConfigurationSetName}`],
      "PutEmailIdentityConfigurationSetAttributes PUT /v2/email/identities/{EmailIdentity}/configuration-set",
    ],
    [
      [`${ARN}configuration-set/{ConfigurationSetName}`],
      `
        CreateConfigurationSetEventDestination POST /v2/email/configuration-sets/{ConfigurationSetName}/event-destinations
        DeleteConfigurationSet DELETE /v2/email/configuration-sets/{ConfigurationSetName}
        DeleteConfigurationSetEventDestination DELETE /v2/email/configuration-sets/{ConfigurationSetName}/event-destinations/{EventDestinationName}
        GetConfigurationSet GET /v2/email/configuration-sets/{ConfigurationSetName}
        GetConfigurationSetEventDestinations GET /v2/email/configuration-sets/{ConfigurationSetName}/event-destinations
        PutConfigurationSetReputationOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/reputation-options
        PutConfigurationSetSendingOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/sending
        PutConfigurationSetSuppressionOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/suppression-options
        PutConfigurationSetTrackingOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/tracking-options
        PutConfigurationSetVdmOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/vdm-options
        UpdateConfigurationSetEventDestination PUT /v2/email/configuration-sets/{ConfigurationSetName}/event-destinations/{EventDestinationName}`,
    ],
    [
      [`${ARN}configuration-set/{ConfigurationSetName}`, "{ArchiveArn}"],
      "PutConfigurationSetArchivingOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/archiving-options",
    ],
    [
      [`${ARN}configuration-set/{ConfigurationSetName}`, `${ARN}dedicated-ip-pool/{SendingPoolName}`],
      "PutConfigurationSetDeliveryOptions PUT /v2/email/configuration-sets/{ConfigurationSetName}/delivery-options",
    ],
    [
      [
        `${ARN}configuration-set/{ConfigurationSetName}`,
        `${ARN}dedicated-ip-pool/{DeliveryOptions.SendingPoolName}`,
        "{ArchivingOptions.ArchiveArn}",
      ],
      "CreateConfigurationSet POST /v2/email/configuration-sets",
    ],
    [
      [`${ARN}contact-list/{ContactListName}`],
      `
        CreateContact POST /v2/email/contact-lists/{ContactListName}/contacts
        CreateContactList POST /v2/email/contact-lists
        DeleteContact DELETE /v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}
        DeleteContactList DELETE /v2/email/contact-lists/{ContactListName}
        GetContact GET /v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}
        GetContactList GET /v2/email/contact-lists/{ContactListName}
        ListContacts POST /v2/email/contact-lists/{ContactListName}/contacts/list
        UpdateContact PUT /v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}
        UpdateContactList PUT /v2/email/contact-lists/{ContactListName}`,
    ],
    [
      [`${ARN}template/{TemplateName}`],
      `
        CreateEmailTemplate POST /v2/email/templates
        DeleteEmailTemplate DELETE /v2/email/templates/{TemplateName}
        GetEmailTemplate GET /v2/email/templates/{TemplateName}
        TestRenderEmailTemplate POST /v2/email/templates/{TemplateName}/render
        UpdateEmailTemplate PUT /v2/email/templates/{TemplateName}`,
    ],
    [
      [`${ARN}custom-verification-email-template/{TemplateName}`],
      `
        CreateCustomVerificationEmailTemplate POST /v2/email/custom-verification-email-templates
        DeleteCustomVerificationEmailTemplate DELETE /v2/email/custom-verification-email-templates/{TemplateName}
        GetCustomVerificationEmailTemplate GET /v2/email/custom-verification-email-templates/{TemplateName}
        UpdateCustomVerificationEmailTemplate PUT /v2/email/custom-verification-email-templates/{TemplateName}`,
    ],
    [
      [`${ARN}dedicated-ip-pool/{PoolName}`],
      `
        CreateDedicatedIpPool POST /v2/email/dedicated-ip-pools
        DeleteDedicatedIpPool DELETE /v2/email/dedicated-ip-pools/{PoolName}
        GetDedicatedIpPool GET /v2/email/dedicated-ip-pools/{PoolName}
        PutDedicatedIpPoolScalingAttributes PUT /v2/email/dedicated-ip-pools/{PoolName}/scaling`,
    ],
    [[`${ARN}dedicated-ip-pool/{?PoolName}`], "GetDedicatedIps GET /v2/email/dedicated-ips"],
    [
      [`${ARN}dedicated-ip-pool/{DestinationPoolName}`],
      "PutDedicatedIpInPool PUT /v2/email/dedicated-ips/{IP}/pool",
    ],
    [
      [`${ARN}deliverability-test-report/{ReportId}`],
      "GetDeliverabilityTestReport GET /v2/email/deliverability-dashboard/test-reports/{ReportId}",
    ],
    [
      [`${ARN}export-job/{JobId}`],
      `
        CancelExportJob PUT /v2/email/export-jobs/{JobId}/cancel
        GetExportJob GET /v2/email/export-jobs/{JobId}`,
    ],
    [[`${ARN}import-job/{JobId}`], "GetImportJob GET /v2/email/import-jobs/{JobId}"],
    [
      [`${ARN}multi-region-endpoint/{EndpointName}`],
      `
        DeleteMultiRegionEndpoint DELETE /v2/email/multi-region-endpoints/{EndpointName}
        GetMultiRegionEndpoint GET /v2/email/multi-region-endpoints/{EndpointName}`,
    ],
    [
      ["{?ResourceArn}"],
      `
        ListTagsForResource GET /v2/email/tags
        UntagResource DELETE /v2/email/tags`,
    ],
    [
      ["{ResourceArn}"],
      `
        ListResourceTenants POST /v2/email/resources/tenants/list
        TagResource POST /v2/email/tags`,
    ],
    // They name what they touch in several ways or by what SES makes of it, or IAM knows no resource for them.
    [
      "unknown",
      `
        BatchGetMetricData POST /v2/email/metrics/batch
        CreateDeliverabilityTestReport POST /v2/email/deliverability-dashboard/test
        CreateExportJob POST /v2/email/export-jobs
        CreateImportJob POST /v2/email/import-jobs
        CreateMultiRegionEndpoint POST /v2/email/multi-region-endpoints
        CreateTenant POST /v2/email/tenants
        CreateTenantResourceAssociation POST /v2/email/tenants/resources
        DeleteSuppressedDestination DELETE /v2/email/suppression/addresses/{EmailAddress}
        DeleteTenant POST /v2/email/tenants/delete
        DeleteTenantResourceAssociation POST /v2/email/tenants/resources/delete
        GetReputationEntity GET /v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}
        GetSuppressedDestination GET /v2/email/suppression/addresses/{EmailAddress}
        GetTenant POST /v2/email/tenants/get
        ListRecommendations POST /v2/email/vdm/recommendations
        ListReputationEntities POST /v2/email/reputation/entities
        ListSuppressedDestinations GET /v2/email/suppression/addresses
        ListTenantResources POST /v2/email/tenants/resources/list
        PutAccountDedicatedIpWarmupAttributes PUT /v2/email/account/dedicated-ips/warmup
        PutAccountDetails POST /v2/email/account/details
        PutAccountSendingAttributes PUT /v2/email/account/sending
        PutAccountSuppressionAttributes PUT /v2/email/account/suppression
        PutAccountVdmAttributes PUT /v2/email/account/vdm
        PutDedicatedIpWarmupAttributes PUT /v2/email/dedicated-ips/{IP}/warmup
        PutDeliverabilityDashboardOption PUT /v2/email/deliverability-dashboard
        PutSuppressedDestination PUT /v2/email/suppression/addresses
        SendBulkEmail POST /v2/email/outbound-bulk-emails
        SendCustomVerificationEmail POST /v2/email/outbound-custom-verification-emails
        SendEmail POST /v2/email/outbound-emails
        UpdateReputationEntityCustomerManagedStatus PUT /v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}/customer-managed-status
        UpdateReputationEntityPolicy PUT /v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}/policy`,
    ],
    [
      NO_RESOURCE,
      `
        GetAccount GET /v2/email/account
        GetBlacklistReports GET /v2/email/deliverability-dashboard/blacklist-report
        GetDedicatedIp GET /v2/email/dedicated-ips/{IP}
        GetDeliverabilityDashboardOptions GET /v2/email/deliverability-dashboard
        GetDomainDeliverabilityCampaign GET /v2/email/deliverability-dashboard/campaigns/{CampaignId}
        GetEmailAddressInsights POST /v2/email/email-address-insights/
        GetMessageInsights GET /v2/email/insights/{MessageId}/
        ListConfigurationSets GET /v2/email/configuration-sets
        ListContactLists GET /v2/email/contact-lists
        ListCustomVerificationEmailTemplates GET /v2/email/custom-verification-email-templates
        ListDedicatedIpPools GET /v2/email/dedicated-ip-pools
        ListDeliverabilityTestReports GET /v2/email/deliverability-dashboard/test-reports
        ListDomainDeliverabilityCampaigns GET /v2/email/deliverability-dashboard/domains/{SubscribedDomain}/campaigns
        ListEmailIdentities GET /v2/email/identities
        ListEmailTemplates GET /v2/email/templates
        ListExportJobs POST /v2/email/list-export-jobs
        ListImportJobs POST /v2/email/import-jobs/list
        ListMultiRegionEndpoints GET /v2/email/multi-region-endpoints
        ListTenants POST /v2/email/tenants/list`,
    ],
  ]),
};
