# Postern attaches it to each identity before its first connection. It is the same for all, and bound to each.
resource "aws_iot_policy" "people" {
  count  = var.iot == null ? 0 : 1
  name   = var.name
  policy = jsonencode(local.iot_policy)
  tags   = var.tags
}
