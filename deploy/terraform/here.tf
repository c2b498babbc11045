# What only AWS knows. The files that write policies, trust and postern.yaml take it from here alone.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iot_endpoint" "data" {
  count         = var.iot == null ? 0 : 1
  endpoint_type = "iot:Data-ATS"
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  user_pool_id      = aws_cognito_user_pool.people.id
  people_client_id  = aws_cognito_user_pool_client.people.id
  machine_clients   = { for name, client in aws_cognito_user_pool_client.machine : name => client.id }
  identity_pool_id  = one(aws_cognito_identity_pool.people[*].id)
  role_arns         = { for name, role in aws_iam_role.caller : name => role.arn }
  workload_role_arn = one(aws_iam_role.workload[*].arn)
  iot_host          = one(data.aws_iot_endpoint.data[*].endpoint_address)
}
