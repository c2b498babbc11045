import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";

const bodyOf = async (answer) => (await answer).Body.transformToString();

function clientsOf(url, sessionToken) {
  const at = (endpoint) => ({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any", sessionToken },
    maxAttempts: 1,
  });
  return {
    s3: new S3({ ...at(`${url}/s3`), forcePathStyle: true }),
    hosted: new S3(at(url.replace("127.0.0.1", "s3.localhost"))),
    dynamodb: new DynamoDB(at(`${url}/dynamodb`)),
    cloudwatch: new CloudWatch(at(`${url}/monitoring`)),
    sqs: new SQS(at(`${url}/sqs`)),
    bodyOf,
  };
}

/** What a caller who has nothing but a token does with these clients, or what an SDK makes of the error. */
globalThis.tell = async (url, token, act) => {
  try {
    return await act(clientsOf(url, token));
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode };
  }
};
