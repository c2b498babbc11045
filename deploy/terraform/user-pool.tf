resource "aws_cognito_user_pool" "people" {
  name                     = var.name
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  user_pool_tier           = var.sign_in.threat_protection == "OFF" ? "ESSENTIALS" : "PLUS"
  mfa_configuration        = var.sign_in.mfa
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  tags                     = var.tags

  username_configuration {
    case_sensitive = false
  }

  admin_create_user_config {
    allow_admin_create_user_only = !var.sign_in.self_sign_up
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 3
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  dynamic "user_pool_add_ons" {
    for_each = var.sign_in.threat_protection == "OFF" ? [] : ["on"]
    content {
      advanced_security_mode = var.sign_in.threat_protection
    }
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.sign_in.mfa == "OFF" ? [] : ["on"]
    content {
      enabled = true
    }
  }

  # Administrators change these; the app clients cannot, since their write attributes leave them out. Cognito takes new
  # ones into a pool that is there, and lets none go.
  dynamic "schema" {
    for_each = var.trusted_attributes
    content {
      name                     = schema.value
      attribute_data_type      = "String"
      developer_only_attribute = false
      mutable                  = true
      required                 = false

      string_attribute_constraints {
        min_length = 1
        max_length = 128
      }
    }
  }
}

resource "aws_cognito_user_pool_domain" "sign_in" {
  count        = var.sign_in.domain_prefix == null ? 0 : 1
  domain       = var.sign_in.domain_prefix
  user_pool_id = aws_cognito_user_pool.people.id
}

resource "aws_cognito_resource_server" "postern" {
  identifier   = var.name
  name         = var.name
  user_pool_id = aws_cognito_user_pool.people.id

  dynamic "scope" {
    for_each = merge(var.scopes, { use = "Send requests through Postern" })
    content {
      scope_name        = scope.key
      scope_description = scope.value
    }
  }
}
