variable "sign_in" {
  type = object({
    callback_urls     = optional(set(string), [])
    logout_urls       = optional(set(string), [])
    domain_prefix     = optional(string)
    password_flow     = optional(bool, false)
    self_sign_up      = optional(bool, false)
    mfa               = optional(string, "OPTIONAL")
    threat_protection = optional(string, "OFF")
    token_minutes     = optional(number, 15)
    refresh_hours     = optional(number, 8)
  })
  description = "How people sign in: at pages of the user pool, by code and PKCE, where callback_urls and domain_prefix are set; by SRP; and by password in one call (initiate-auth) where password_flow says so."
  default     = {}
  nullable    = false

  validation {
    condition     = contains(["OFF", "ON", "OPTIONAL"], var.sign_in.mfa) && contains(["OFF", "AUDIT", "ENFORCED"], var.sign_in.threat_protection)
    error_message = "mfa is OFF, OPTIONAL or ON; threat_protection is OFF, AUDIT or ENFORCED."
  }
  validation {
    condition     = var.sign_in.token_minutes >= 5 && var.sign_in.token_minutes <= 60 && var.sign_in.refresh_hours >= 1
    error_message = "Tokens live 5 to 60 minutes, and a sign-in for an hour at least."
  }
  validation {
    condition     = length(var.sign_in.callback_urls) == 0 || var.sign_in.domain_prefix != null
    error_message = "Pages to sign in at need a domain: set sign_in.domain_prefix."
  }
  validation {
    condition     = var.people_by == "identity-pool" || length(var.groups) == 0 || length(var.sign_in.callback_urls) > 0
    error_message = "An access token has the scope that Postern asks for from the pages alone: set sign_in.callback_urls."
  }
}
