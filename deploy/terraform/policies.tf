# What roles may do. A grant's {NAME} is the principal tag of that name, and {identity} the id in the identity pool.

locals {
  placeholder = "/\\{([a-z_]+)\\}/"
  # To replace() "$$" is a dollar sign, and "$1" what the parentheses held.
  principal_tag = join("", ["$$", "{aws:PrincipalTag/", "$1", "}"])
  identity      = "$${cognito-identity.amazonaws.com:sub}"

  role_grants = {
    for name, role in local.roles : name => jsondecode(
      replace(replace(jsonencode(role.grants), "{identity}", local.identity), local.placeholder, local.principal_tag)
    )
  }

  role_policies = {
    for name, grants in local.role_grants : name => {
      Version = "2012-10-17"
      Statement = [for grant in grants : { for element, value in {
        Effect    = "Allow"
        Action    = grant.actions
        Resource  = grant.resources
        Condition = grant.conditions
      } : element => value if length(value) > 0 }]
    } if length(grants) > 0
  }

  # What Postern itself needs: its callers' roles, for sessions that say whose they are.
  workload_policy = {
    Version = "2012-10-17"
    Statement = concat(local.assumes_roles ? [{
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
      Resource = [for name, role in local.roles : local.role_arns[name] if local.assumed[role.kind]]
      }] : [], var.iot == null ? [] : [
      # An identity has no ARN, so that attaching cannot be narrowed.
      { Effect = "Allow", Action = ["iot:AttachPolicy"], Resource = ["*"] },
      { Effect = "Allow", Action = ["iot:GetPolicy"], Resource = ["arn:${local.partition}:iot:${local.region}:${local.account}:policy/${var.name}"] },
    ])
  }

  # What the IoT policy binds to: the client id, which the role's policy holds to its caller, or the identity itself.
  iot_client = local.client_id == "{identity}" ? local.identity : "$${iot:ClientId}"
  iot_policy = {
    Version = "2012-10-17"
    Statement = [for actions, resource in {
      "iot:Connect"                               = "client/${local.iot_client}"
      "iot:Publish,iot:Receive,iot:RetainPublish" = "topic/${local.iot_topics}"
      "iot:Subscribe"                             = "topicfilter/${local.iot_topics}"
      } : {
      Effect   = "Allow"
      Action   = split(",", actions)
      Resource = ["arn:${local.partition}:iot:${local.region}:${local.account}:${resource}"]
    }]
  }
  iot_topics = "${try(var.iot.prefix, "things")}/${local.iot_client}/*"
}
