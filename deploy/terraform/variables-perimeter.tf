variable "perimeter" {
  type = object({
    vpc_endpoint_ids     = optional(set(string), [])
    vpc_cidrs            = optional(set(string), [])
    public_cidrs         = optional(set(string), [])
    organization_id      = optional(string)
    resource_account_ids = optional(set(string), [])
  })
  description = "Where the roles can be used: through these VPC endpoints, there from these addresses alone if vpc_cidrs says so, and from these public addresses, as those of NAT gateways. And on what: resources of the organization, or else of this account and of resource_account_ids."
  nullable    = false

  validation {
    condition     = length(var.perimeter.vpc_endpoint_ids) + length(var.perimeter.public_cidrs) > 0
    error_message = "Name vpc_endpoint_ids or public_cidrs: without them whoever has an ID token can use the roles from anywhere."
  }
  validation {
    condition     = alltrue([for cidr in setunion(var.perimeter.vpc_cidrs, var.perimeter.public_cidrs) : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Addresses are written like 203.0.113.7/32, and /0 is no perimeter."
  }
  validation {
    condition     = alltrue([for cidr in var.perimeter.public_cidrs : !can(regex("^(10|127|169[.]254|192[.]168|172[.](1[6-9]|2[0-9]|3[01]))[.]", cidr))])
    error_message = "AWS never sees a private address as aws:SourceIp: name it in vpc_cidrs, beside vpc_endpoint_ids."
  }
  validation {
    condition     = length(var.perimeter.vpc_cidrs) == 0 || length(var.perimeter.vpc_endpoint_ids) > 0
    error_message = "Addresses within a VPC mean little without the VPC's endpoints: other VPCs have the same."
  }
  validation {
    condition     = alltrue([for id in var.perimeter.vpc_endpoint_ids : can(regex("^vpce-[0-9a-f]+$", id))])
    error_message = "A VPC endpoint's id is written like vpce-0123456789abcdef0."
  }
  validation {
    condition     = var.perimeter.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.perimeter.organization_id))
    error_message = "An organization's id is written like o-a1b2c3d4e5."
  }
  validation {
    condition     = alltrue([for id in var.perimeter.resource_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "An account has 12 digits."
  }
}

variable "iot" {
  type = object({
    prefix    = optional(string, "things")
    client_id = optional(string, "sub")
  })
  description = "Gives everyone MQTT topics below PREFIX/CLIENT-ID at AWS IoT Core. A client id is the caller's sub, which the role's policy holds to its principal tag, or with identity the id in the identity pool, which the IoT policy itself holds to."
  default     = null

  validation {
    condition     = try(contains(["sub", "identity"], var.iot.client_id) && can(regex("^[A-Za-z0-9_-]{1,64}$", var.iot.prefix)), var.iot == null)
    error_message = "client_id is sub or identity, and prefix one level of a topic."
  }
}
