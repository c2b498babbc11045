output "postern_yaml" {
  description = "A whole postern.yaml: terraform output -raw postern_yaml > postern.yaml"
  value       = local.postern_yaml

  precondition {
    condition     = length(local.rules) > 0
    error_message = "Nobody is granted anything."
  }
  precondition {
    condition     = alltrue([for action in local.actions : can(regex("^[a-z0-9-]+:[A-Za-z*?]+$", action))])
    error_message = "An action is written with its service, like s3:GetObject."
  }
  precondition {
    condition     = length(setsubtract(local.placeholders, local.known_placeholders)) == 0
    error_message = "A grant has a {NAME} that is neither {sub} nor, with an identity pool, {identity} or a trusted attribute."
  }
}

output "user_pool_id" {
  description = "The user pool, for aws cognito-idp."
  value       = local.user_pool_id
}

output "people_client_id" {
  description = "The app client that people sign in with."
  value       = local.people_client_id
}

output "machine_client_ids" {
  description = "The app clients of machines, by name. aws cognito-idp describe-user-pool-client tells their secrets."
  value       = local.machine_clients
}

output "sign_in_host" {
  description = "Where people sign in and machines get tokens; null without a domain."
  value       = var.sign_in.domain_prefix == null ? null : "${var.sign_in.domain_prefix}.auth.${local.region}.amazoncognito.com"
}

output "identity_pool_id" {
  description = "The identity pool; null where Postern assumes people's roles."
  value       = local.identity_pool_id
}

output "role_arns" {
  description = "The callers' roles: group-NAME, machine-NAME, guests, and nobody."
  value       = local.role_arns
}

output "workload_role_arn" {
  description = "Postern's own role; null where it needs none."
  value       = local.workload_role_arn
}

output "vpc_endpoint_policy" {
  description = "A policy for the VPC endpoints of the services that grants name, and of STS. Not for that of Cognito, whose calls are unsigned."
  value       = jsonencode(local.endpoint_policy)
}
