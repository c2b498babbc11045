# Postern's own role: these are the keys of the workload, for Postern's container alone.
resource "aws_iam_role" "workload" {
  count                = local.needs_workload ? 1 : 0
  name                 = "${var.name}-workload"
  assume_role_policy   = local.workload_trust
  permissions_boundary = aws_iam_policy.workload_boundary[0].arn
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = local.has_workload
      error_message = "Postern assumes roles or attaches IoT policies here: say by var.workload who it is."
    }
  }
}

resource "aws_iam_role_policy" "workload" {
  count  = local.needs_workload ? 1 : 0
  name   = "callers"
  role   = aws_iam_role.workload[0].name
  policy = jsonencode(local.workload_policy)
}

resource "aws_iam_policy" "workload_boundary" {
  count  = local.needs_workload ? 1 : 0
  name   = "${var.name}-workload-boundary"
  policy = jsonencode(local.workload_boundary)
  tags   = var.tags
}
