# Who gets the roles. Statements for tags and source identities stand apart, so that each names what it asks for.

locals {
  # Of each kind of caller, whether Postern assumes the role, and not the identity pool.
  assumed       = { person = !local.by_pool, machine = true, guest = false }
  assumes_roles = anytrue([for role in local.roles : local.assumed[role.kind]])

  trust = {
    person  = local.by_pool ? local.trust_signed_in : local.trust_workload
    machine = local.trust_workload
    guest   = local.trust_guests
  }

  person_tags = setunion(["sub"], var.trusted_attributes)

  trust_signed_in = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.web_identity, { Condition = local.of_pool["authenticated"] }),
      merge(local.web_identity, {
        Action    = "sts:TagSession"
        Condition = merge(local.of_pool["authenticated"], { "ForAllValues:StringEquals" = { "aws:TagKeys" = local.person_tags } })
      }),
    ]
  })

  trust_guests = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.web_identity, { Condition = local.of_pool["unauthenticated"] })]
  })

  web_identity = {
    Effect    = "Allow"
    Principal = { Federated = "cognito-identity.amazonaws.com" }
    Action    = "sts:AssumeRoleWithWebIdentity"
  }

  of_pool = { for amr in ["authenticated", "unauthenticated"] : amr => {
    StringEquals             = { "cognito-identity.amazonaws.com:aud" = local.identity_pool_id }
    "ForAnyValue:StringLike" = { "cognito-identity.amazonaws.com:amr" = amr }
  } }

  trust_workload = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.by_workload, { Action = ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition = local.names_caller }),
      merge(local.by_workload, {
        Action    = "sts:TagSession"
        Condition = merge(local.names_caller, { "ForAllValues:StringEquals" = { "aws:TagKeys" = local.session_tags } })
      }),
    ]
  })

  by_workload = { Effect = "Allow", Principal = { AWS = local.workload_role_arn } }

  # Postern's source identity is POOL@SUB, and its own tag postern-sub.
  names_caller = { StringLike = { "sts:SourceIdentity" = "${var.pool_name}@*" } }
  session_tags = ["postern-sub", "sub"]
}
