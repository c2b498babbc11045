# Its exchange is public, so that Postern needs no keys. What comes of it is held in by the permissions boundaries.
resource "aws_cognito_identity_pool" "people" {
  count                            = local.by_pool ? 1 : 0
  identity_pool_name               = var.name
  allow_classic_flow               = false
  allow_unauthenticated_identities = local.has_guests
  tags                             = var.tags

  cognito_identity_providers {
    client_id               = aws_cognito_user_pool_client.people.id
    provider_name           = aws_cognito_user_pool.people.endpoint
    server_side_token_check = true
  }
}

resource "aws_cognito_identity_pool_roles_attachment" "people" {
  count            = local.by_pool ? 1 : 0
  identity_pool_id = aws_cognito_identity_pool.people[0].id

  roles = merge(
    { authenticated = aws_iam_role.caller["nobody"].arn },
    { for name in local.has_guests ? ["guests"] : [] : "unauthenticated" => aws_iam_role.caller[name].arn },
  )

  role_mapping {
    identity_provider         = "${aws_cognito_user_pool.people.endpoint}:${aws_cognito_user_pool_client.people.id}"
    type                      = "Token"
    ambiguous_role_resolution = "Deny"
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "people" {
  count                  = local.by_pool ? 1 : 0
  identity_pool_id       = aws_cognito_identity_pool.people[0].id
  identity_provider_name = aws_cognito_user_pool.people.endpoint
  use_defaults           = false
  principal_tags         = merge({ sub = "sub" }, { for name in var.trusted_attributes : name => "custom:${name}" })
}
