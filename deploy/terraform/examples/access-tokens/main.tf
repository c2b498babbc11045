# The closed set-up: people and machines bring access tokens, with which nobody gets anything at AWS. Postern assumes
# their roles by its service account, so its container has keys, and no other may have them.

provider "aws" {
  region = "eu-central-1"
}

module "postern" {
  source = "../.."

  name      = "orders"
  people_by = "assume-role"

  workload = {
    service_account = {
      oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
      namespace         = "orders"
      name              = "postern"
    }
  }

  sign_in = {
    domain_prefix = "orders-example"
    callback_urls = ["https://app.example.com/callback"]
  }

  # The addresses of the VPC's NAT gateways.
  perimeter = {
    public_cidrs = ["203.0.113.7/32", "203.0.113.8/32"]
  }

  groups = {
    clerks = {
      precedence = 10
      grants = {
        "read orders" = {
          actions   = ["dynamodb:GetItem", "dynamodb:Query"]
          resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/Orders"]
        }
      }
    }
  }

  scopes = { import = "Import orders" }

  machines = {
    importer = {
      scopes = ["import"]
      grants = {
        "write orders" = {
          actions   = ["dynamodb:PutItem"]
          resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/Orders"]
        }
      }
    }
  }

  settings = {
    probes = { address = "0.0.0.0:4481" }
  }
}

output "postern_yaml" {
  description = "A whole postern.yaml."
  value       = module.postern.postern_yaml
}

output "workload_role_arn" {
  description = "What AWS_ROLE_ARN is in Postern's container."
  value       = module.postern.workload_role_arn
}
