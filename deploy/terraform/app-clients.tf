locals {
  has_pages = length(var.sign_in.callback_urls) > 0
  # By this reference the resource server comes before the clients that want its scopes.
  server = aws_cognito_resource_server.postern.identifier
}

# People's: public, with code and PKCE. Its write attributes are what users may say of themselves.
resource "aws_cognito_user_pool_client" "people" {
  name                                 = "${var.name}-people"
  user_pool_id                         = aws_cognito_user_pool.people.id
  generate_secret                      = false
  allowed_oauth_flows_user_pool_client = local.has_pages
  allowed_oauth_flows                  = local.has_pages ? ["code"] : null
  allowed_oauth_scopes                 = local.has_pages ? ["openid", "email", "${local.server}/use"] : null
  callback_urls                        = local.has_pages ? var.sign_in.callback_urls : null
  logout_urls                          = length(var.sign_in.logout_urls) > 0 ? var.sign_in.logout_urls : null
  supported_identity_providers         = ["COGNITO"]
  explicit_auth_flows                  = concat(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], var.sign_in.password_flow ? ["ALLOW_USER_PASSWORD_AUTH"] : [])
  read_attributes                      = concat(["email", "email_verified", "name"], [for name in var.trusted_attributes : "custom:${name}"])
  write_attributes                     = ["email", "name"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = var.sign_in.token_minutes
  id_token_validity                    = var.sign_in.token_minutes
  refresh_token_validity               = var.sign_in.refresh_hours

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }
}

# Machines': with a secret, for tokens of their own.
resource "aws_cognito_user_pool_client" "machine" {
  for_each                             = var.machines
  name                                 = "${var.name}-${each.key}"
  user_pool_id                         = aws_cognito_user_pool.people.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = [for scope in setunion(["use"], each.value.scopes) : "${local.server}/${scope}"]
  explicit_auth_flows                  = ["ALLOW_REFRESH_TOKEN_AUTH"]
  read_attributes                      = ["email"]
  write_attributes                     = ["email"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = var.sign_in.token_minutes

  token_validity_units {
    access_token = "minutes"
  }
}

resource "aws_cognito_user_group" "people" {
  for_each     = var.groups
  name         = each.key
  user_pool_id = aws_cognito_user_pool.people.id
  precedence   = each.value.precedence
  role_arn     = local.by_pool ? aws_iam_role.caller["group-${each.key}"].arn : null
}
