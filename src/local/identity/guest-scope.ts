/**
 * The session policy that the enhanced flow adds for guests: whatever the role allows, a guest reaches these only.
 *
 * It is the inline policy and the managed AmazonCognitoUnauthenticatedIdentities in one, since a session's policies
 * are joined by "or" at AWS. Source: CDG, "IAM roles", services that unauthenticated identities have access to.
 */
export const GUEST_SCOPE = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: [
        "appsync:*",
        "cloudwatch:*",
        "codewhisperer:*",
        "cognito-identity:*",
        "cognito-idp:*",
        "cognito-sync:*",
        "comprehend:*",
        "dynamodb:*",
        "execute-api:*",
        "firehose:*",
        "gamelift:*",
        "geo:*",
        "iot:*",
        "kinesisanalytics:*",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
        "lambda:*",
        "lex:*",
        "logs:*",
        "machinelearning:*",
        "mobileanalytics:*",
        "personalize:*",
        "polly:*",
        "rekognition:*",
        "rum:PutRumEvents",
        "s3:*",
        "sagemaker:InvokeEndpoint",
        "sdb:*",
        "ses:*",
        "sns:*",
        "sqs:*",
        "textract:AnalyzeDocument",
        "textract:DetectDocumentText",
        "transcribe:*",
        "translate:*",
      ],
      Resource: "*",
    },
  ],
} as const;
