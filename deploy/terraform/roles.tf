resource "aws_iam_role" "caller" {
  for_each             = local.roles
  name                 = "${var.name}-${each.key}"
  assume_role_policy   = local.trust[each.value.kind]
  permissions_boundary = aws_iam_policy.callers_boundary.arn
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy" "caller" {
  for_each = local.role_policies
  name     = "grants"
  role     = aws_iam_role.caller[each.key].name
  policy   = jsonencode(each.value)
}

resource "aws_iam_policy" "callers_boundary" {
  name   = "${var.name}-callers-boundary"
  policy = jsonencode(local.callers_boundary)
  tags   = var.tags
}
