# In place of here.tf in the module: what AWS would say, so that all that is written of it can be read without AWS.

locals {
  account   = "123456789012"
  partition = "aws"
  region    = "eu-central-1"

  user_pool_id      = "eu-central-1_AbCdEfGhI"
  people_client_id  = "3n4b5urk1ft4fl3mg5e62d9ado"
  machine_clients   = { for name in keys(var.machines) : name => "7q8r9s0t1u2v3w4x5y6z${name}" }
  identity_pool_id  = local.by_pool ? "eu-central-1:00000000-0000-4000-8000-000000000001" : null
  role_arns         = { for name in keys(local.roles) : name => "arn:aws:iam::123456789012:role/${var.name}-${name}" }
  workload_role_arn = local.needs_workload ? "arn:aws:iam::123456789012:role/${var.name}-workload" : null
  iot_host          = var.iot == null ? null : "a1b2c3d4e5f6g7-ats.iot.eu-central-1.amazonaws.com"
}

output "written" {
  description = "What the module's resources are given."
  value = jsonencode({
    trust             = { for name, role in local.roles : name => jsondecode(local.trust[role.kind]) }
    policies          = local.role_policies
    callers_boundary  = local.callers_boundary
    workload_trust    = jsondecode(local.workload_trust)
    workload_policy   = local.workload_policy
    workload_boundary = local.workload_boundary
    iot_policy        = local.iot_policy
  })
}
