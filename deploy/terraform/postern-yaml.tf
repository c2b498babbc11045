# postern.yaml: each grant as a rule. A grant's {NAME} is the caller's claim of that name.

locals {
  postern_yaml = templatefile("${path.module}/postern.yaml.tftpl", {
    account          = local.account
    region           = local.region
    pool             = local.pool
    guests           = local.has_guests ? "allow" : "deny"
    identity_pool_id = local.identity_pool_id
    service          = local.assumes_roles ? { scope = "${var.name}/use", tags = { sub = "$${claim:sub}" } } : null
    upstreams        = merge(local.own_upstreams, var.upstreams)
    rules            = local.rules
    settings         = var.settings
  })

  pool = {
    name             = var.pool_name
    id               = local.user_pool_id
    client_ids       = concat([local.people_client_id], [for name in keys(var.machines) : local.machine_clients[name]])
    immutable_claims = [for name in var.trusted_attributes : "custom:${name}"]
  }

  own_upstreams = { for name, upstream in {
    s3       = { service = "s3", account = local.account }
    dynamodb = { service = "dynamodb" }
    things   = { service = "iotdevicegateway", endpoint = "wss://${coalesce(local.iot_host, "none")}", iotPolicy = var.name }
  } : name => upstream if contains(local.services, name) || name == "things" && var.iot != null }

  # Groups in the order of their precedence, so that of two roles that allow something a user gets the preferred one.
  ordered_groups = [for entry in sort([for name, group in var.groups : format("%010d %s", group.precedence, name)]) : split(" ", entry)[1]]

  who = concat(
    [for name in local.ordered_groups : { role = "group-${name}", called = name, who = { groups = [name] } }],
    [for name in keys(var.machines) : { role = "machine-${name}", called = name, who = { machine = true, clients = [local.machine_clients[name]] } }],
    [for name in local.has_guests ? ["guests"] : [] : { role = name, called = name, who = { guest = true } }],
  )

  rules = flatten([for caller in local.who : [for name, grant in local.claimed_grants[caller.role] : {
    name        = "${caller.called}: ${name}"
    who         = caller.who
    grant       = grant
    role        = caller.role == "guests" ? "pool" : local.role_arns[caller.role]
    credentials = startswith(caller.role, "machine-") && local.by_pool ? "service" : null
  }]])

  # What the identity pool calls somebody no claim tells: to Postern it is an id of the region's, and AWS knows whose.
  claimed_grants = { for name, role in local.roles : name => jsondecode(replace(replace(replace(
    jsonencode(role.grants),
    "{identity}", "${local.region}:*"),
    "{sub}", "$${claim:sub}"),
    local.placeholder, join("", ["$$", "{claim:custom:", "$1", "}"]),
  )) }
}
