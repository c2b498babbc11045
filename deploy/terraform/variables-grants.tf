# A grant is written once, and becomes a statement of the role's policy and a rule of postern.yaml. In resources and
# values of conditions {sub} is the caller's sub, {identity} the id in the identity pool, and {NAME} a trusted attribute.

variable "groups" {
  type = map(object({
    precedence = number
    grants = map(object({
      actions    = set(string)
      resources  = set(string)
      conditions = optional(map(map(set(string))), {})
      upstreams  = optional(set(string), [])
    }))
  }))
  description = "Groups of people, each with a role of its own. Of a user in several the one with the lowest precedence is the preferred one. Who is in no group gets nothing."
  nullable    = false

  validation {
    condition     = length(distinct([for group in var.groups : group.precedence])) == length(var.groups)
    error_message = "Two groups of one precedence leave open which role a user of both prefers, and then there is none."
  }
  validation {
    condition     = alltrue([for name, group in var.groups : can(regex("^[A-Za-z0-9_-]{1,24}$", name)) && group.precedence >= 0])
    error_message = "A group's name has at most 24 letters, digits, hyphens and underscores, and its precedence is not negative."
  }
}

variable "everyone" {
  type = map(object({
    actions    = set(string)
    resources  = set(string)
    conditions = optional(map(map(set(string))), {})
    upstreams  = optional(set(string), [])
  }))
  description = "Grants for each of the groups."
  default     = {}
  nullable    = false
}

variable "machines" {
  type = map(object({
    scopes = optional(set(string), [])
    grants = map(object({
      actions    = set(string)
      resources  = set(string)
      conditions = optional(map(map(set(string))), {})
      upstreams  = optional(set(string), [])
    }))
  }))
  description = "Machines, each with an app client, a secret and a role of its own, which Postern assumes. Besides scopes each has the scope use."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.machines) : can(regex("^[A-Za-z0-9_-]{1,24}$", name))])
    error_message = "A machine's name has at most 24 letters, digits, hyphens and underscores."
  }
  validation {
    condition     = alltrue(flatten([for machine in var.machines : [for scope in machine.scopes : contains(keys(var.scopes), scope)]]))
    error_message = "A machine's scopes are among var.scopes."
  }
  validation {
    condition     = length(var.machines) == 0 || var.sign_in.domain_prefix != null
    error_message = "Machines get their tokens at the user pool's domain: set sign_in.domain_prefix."
  }
}

variable "guests" {
  type = map(object({
    actions    = set(string)
    resources  = set(string)
    conditions = optional(map(map(set(string))), {})
    upstreams  = optional(set(string), [])
  }))
  description = "Grants for requests without a token. Without any there are no guests."
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.guests) == 0 || var.people_by == "identity-pool"
    error_message = "Guests get their credentials from an identity pool alone."
  }
}

variable "scopes" {
  type        = map(string)
  description = "Scopes of the resource server besides use: what each means, by its name."
  default     = {}
  nullable    = false
}
