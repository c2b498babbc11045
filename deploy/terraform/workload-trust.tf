# Who is Postern: its service account, or the service that gives a task or a pod its role.

locals {
  workload_trust = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.by_service_account, local.by_pod_identity, local.by_ecs)
  })

  by_service_account = [for account in var.workload.service_account[*] : {
    Effect    = "Allow"
    Principal = { Federated = account.oidc_provider_arn }
    Action    = "sts:AssumeRoleWithWebIdentity"
    Condition = { StringEquals = {
      "${local.cluster_issuer}:aud" = "sts.amazonaws.com"
      "${local.cluster_issuer}:sub" = "system:serviceaccount:${account.namespace}:${account.name}"
    } }
  }]
  cluster_issuer = try(split(":oidc-provider/", var.workload.service_account.oidc_provider_arn)[1], "")

  by_pod_identity = [for account in var.workload.pod_identity[*] : {
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Condition = {
      StringEquals = {
        "aws:SourceAccount"                         = local.account
        "aws:RequestTag/kubernetes-namespace"       = account.namespace
        "aws:RequestTag/kubernetes-service-account" = account.name
      }
      ArnEquals = { "aws:SourceArn" = account.cluster_arn }
    }
  }]

  by_ecs = [for _ in var.workload.ecs ? ["ecs"] : [] : {
    Effect    = "Allow"
    Principal = { Service = "ecs-tasks.amazonaws.com" }
    Action    = "sts:AssumeRole"
    Condition = {
      StringEquals = { "aws:SourceAccount" = local.account }
      ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
    }
  }]
}
