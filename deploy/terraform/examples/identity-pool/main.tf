# People sign in and bring ID tokens. An identity pool gives them their roles, and Postern has no keys.

provider "aws" {
  region = "eu-central-1"
}

module "postern" {
  source = "../.."

  name               = "reports"
  trusted_attributes = ["tenant"]

  sign_in = {
    domain_prefix = "reports-example"
    callback_urls = ["https://app.example.com/callback"]
    logout_urls   = ["https://app.example.com/"]
  }

  # The roles can be used through these endpoints alone, and on this organization's resources.
  perimeter = {
    vpc_endpoint_ids = ["vpce-0123456789abcdef0", "vpce-0fedcba9876543210"]
    vpc_cidrs        = ["10.20.0.0/16"]
    organization_id  = "o-a1b2c3d4e5"
  }

  groups = {
    analysts = {
      precedence = 10
      grants = {
        "read reports" = {
          actions   = ["s3:GetObject", "s3:ListBucket"]
          resources = ["arn:aws:s3:::example-reports", "arn:aws:s3:::example-reports/*"]
        }
      }
    }
    tenants = {
      precedence = 20
      grants = {
        "read their tenant's files" = {
          actions   = ["s3:GetObject"]
          resources = ["arn:aws:s3:::example-tenants/{tenant}/*"]
        }
      }
    }
  }

  everyone = {
    "has a home" = {
      actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      resources = ["arn:aws:s3:::example-home/{sub}/*"]
    }
    "lists it" = {
      actions    = ["s3:ListBucket"]
      resources  = ["arn:aws:s3:::example-home"]
      conditions = { StringLike = { "s3:prefix" = ["{sub}/*"] } }
    }
    "reads own orders" = {
      actions   = ["dynamodb:GetItem", "dynamodb:Query"]
      resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/Orders"]
      conditions = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["{sub}"] }
        Null                        = { "dynamodb:LeadingKeys" = ["false"] }
      }
    }
  }

  # By a table's keys Postern knows whose items a request is about.
  upstreams = {
    dynamodb = { service = "dynamodb", tables = { Orders = { partitionKey = "customerId" } } }
  }
}

output "postern_yaml" {
  description = "A whole postern.yaml."
  value       = module.postern.postern_yaml
}
