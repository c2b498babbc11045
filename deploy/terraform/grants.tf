locals {
  by_pool      = var.people_by == "identity-pool"
  has_guests   = length(var.guests) > 0
  has_machines = length(var.machines) > 0
  has_workload = var.workload.ecs || var.workload.service_account != null || var.workload.pod_identity != null
  # Whether callers need Postern to assume roles as itself, or to attach IoT policies.
  needs_workload = !local.by_pool || local.has_machines || var.iot != null

  # Each role of callers by the end of its name: who they are, and what they may do.
  roles = merge(
    { for name, group in var.groups : "group-${name}" => { kind = "person", grants = merge(local.everyone, group.grants) } },
    { for name, machine in var.machines : "machine-${name}" => { kind = "machine", grants = machine.grants } },
    { for name in local.has_guests ? ["guests"] : [] : name => { kind = "guest", grants = var.guests } },
    # What the identity pool gives where no role is told: nothing.
    { for name in local.by_pool ? ["nobody"] : [] : name => { kind = "person", grants = {} } },
  )

  everyone = merge(var.everyone, local.things)

  things = { for name, grant in {
    "connects as itself" = { actions = ["iot:Connect"], resources = ["client/${local.client_id}"] }
    "has topics"         = { actions = ["iot:Publish", "iot:Receive", "iot:RetainPublish"], resources = ["topic/${local.topics}"] }
    "subscribes to them" = { actions = ["iot:Subscribe"], resources = ["topicfilter/${local.topics}"] }
    } : name => {
    actions    = toset(grant.actions)
    resources  = toset([for resource in grant.resources : "arn:${local.partition}:iot:${local.region}:${local.account}:${resource}"])
    conditions = tomap({})
    upstreams  = toset([])
  } if var.iot != null }

  client_id = "{${try(var.iot.client_id, "sub")}}"
  topics    = "${try(var.iot.prefix, "things")}/${local.client_id}/*"

  actions  = toset(flatten([for role in local.roles : [for grant in role.grants : grant.actions]]))
  services = toset([for action in local.actions : split(":", action)[0]])

  placeholders       = toset(flatten([for role in local.roles : regexall(trim(local.placeholder, "/"), jsonencode(role.grants))]))
  known_placeholders = setunion(["sub"], local.by_pool ? setunion(["identity"], var.trusted_attributes) : [])
}
