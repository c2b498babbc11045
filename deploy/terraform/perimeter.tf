# The permissions boundaries: a ceiling over what policies may give, and denies that no policy can take back. Without
# the denies whoever has an ID token could use a role from anywhere, past Postern.

locals {
  callers_boundary = {
    Version = "2012-10-17"
    Statement = concat(local.perimeter, [{
      Sid      = "Ceiling"
      Effect   = "Allow"
      Action   = concat(["sts:GetCallerIdentity"], [for service in local.services : "${service}:*"])
      Resource = ["*"]
    }])
  }

  workload_boundary = {
    Version = "2012-10-17"
    Statement = concat(local.perimeter, [{
      Sid      = "Ceiling"
      Effect   = "Allow"
      Action   = ["iot:AttachPolicy", "iot:GetPolicy", "sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
      Resource = ["*"]
    }])
  }

  perimeter = concat(
    [local.deny_outside_network],
    length(var.perimeter.vpc_cidrs) == 0 ? [] : [local.deny_other_addresses],
    [local.deny_foreign_resources],
  )

  # A key that a request does not have fits no value, so a negated operator holds: a request by neither way is denied.
  # What a service does in turn of a request that it was let do, as KMS for S3, comes from nowhere.
  deny_outside_network = {
    Sid      = "DenyOutsideNetwork"
    Effect   = "Deny"
    Action   = ["*"]
    Resource = ["*"]
    Condition = merge(local.not_by_service, { for operator, values in {
      StringNotEquals = { "aws:SourceVpce" = var.perimeter.vpc_endpoint_ids }
      NotIpAddress    = { "aws:SourceIp" = var.perimeter.public_cidrs }
    } : operator => values if length(one(values(values))) > 0 })
  }

  # Within a VPC an address says something only together with the endpoint.
  deny_other_addresses = {
    Sid      = "DenyOtherAddresses"
    Effect   = "Deny"
    Action   = ["*"]
    Resource = ["*"]
    Condition = merge(local.not_by_service, {
      Null         = { "aws:SourceVpce" = "false" }
      NotIpAddress = { "aws:VpcSourceIp" = var.perimeter.vpc_cidrs }
    })
  }

  deny_foreign_resources = {
    Sid       = "DenyForeignResources"
    Effect    = "Deny"
    Action    = ["*"]
    Resource  = ["*"]
    Condition = { StringNotEquals = local.own_resources }
  }

  not_by_service = { BoolIfExists = { "aws:ViaAWSService" = "false" } }

  own_accounts   = setunion([local.account], var.perimeter.resource_account_ids)
  in_org         = var.perimeter.organization_id != null
  own_resources  = local.in_org ? { "aws:ResourceOrgID" = [var.perimeter.organization_id] } : { "aws:ResourceAccount" = local.own_accounts }
  own_principals = local.in_org ? { "aws:PrincipalOrgID" = [var.perimeter.organization_id] } : { "aws:PrincipalAccount" = [local.account] }

  # For the VPC endpoints of the services: from the inside nobody else's identities, and nobody else's resources.
  endpoint_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnIdentitiesOwnResources"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["*"]
      Resource  = ["*"]
      Condition = { StringEquals = merge(local.own_principals, local.own_resources) }
    }]
  }
}
