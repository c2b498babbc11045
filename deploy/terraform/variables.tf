variable "name" {
  type        = string
  description = "What everything that is made is called, or begins with. It is also the identifier of the resource server, so that scopes read NAME/use."
  default     = "postern"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.name))
    error_message = "A name has 2 to 24 small letters, digits and hyphens, a letter first."
  }
}

variable "pool_name" {
  type        = string
  description = "What rules, logs and source identities call the user pool."
  default     = "staff"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.pool_name))
    error_message = "A pool's name has small letters, digits and hyphens, a letter first, and at most 32."
  }
}

variable "people_by" {
  type        = string
  description = "Where people's credentials come from: identity-pool, where they bring ID tokens, or assume-role, where they bring access tokens and can get nothing without Postern."
  default     = "identity-pool"

  validation {
    condition     = contains(["identity-pool", "assume-role"], var.people_by)
    error_message = "People's credentials come by identity-pool or by assume-role."
  }
}

variable "workload" {
  type = object({
    service_account = optional(object({ oidc_provider_arn = string, namespace = string, name = string }))
    pod_identity    = optional(object({ cluster_arn = string, namespace = string, name = string }))
    ecs             = optional(bool, false)
  })
  description = "Who Postern is to AWS, where it assumes roles or attaches IoT policies: a service account that IAM knows by its cluster's OIDC provider, one with an EKS pod identity, or the task role of an ECS service. The last two are for a Postern that stands alone, since every container of a pod or a task gets them."
  default     = {}
  nullable    = false
}

variable "trusted_attributes" {
  type        = set(string)
  description = "Custom attributes of users that no app client can write. Rules may rest on them, and with an identity pool they are principal tags."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.trusted_attributes : can(regex("^[a-z][a-z_]{0,19}$", name)) && !contains(["sub", "identity"], name)])
    error_message = "An attribute's name has at most 20 small letters and underscores, and is neither sub nor identity."
  }
}

variable "upstreams" {
  type        = any
  description = "The upstreams of postern.yaml as it has them, besides s3, dynamodb and things, which are there where a grant names their actions. One of the same name replaces those."
  default     = {}
}

variable "settings" {
  type        = any
  description = "Further settings of postern.yaml, such as probes, log and limits."
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.settings), ["aws", "identity", "credentials", "upstreams", "policy"])) == 0
    error_message = "What the module writes itself cannot be a further setting."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether the user pool resists being deleted."
  default     = true
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that can have tags."
  default     = {}
}
