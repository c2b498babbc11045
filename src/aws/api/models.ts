import type { ApiModel } from "./model.ts";
import { ATHENA } from "./tables/athena.ts";
import { BEDROCK } from "./tables/bedrock.ts";
import { COMPREHEND } from "./tables/comprehend.ts";
import { EVENTS } from "./tables/events.ts";
import { FIREHOSE } from "./tables/firehose.ts";
import { IOTDATA } from "./tables/iotdata.ts";
import { KINESIS } from "./tables/kinesis.ts";
import { KMS } from "./tables/kms.ts";
import { LAMBDA } from "./tables/lambda.ts";
import { LOGS } from "./tables/logs.ts";
import { MONITORING } from "./tables/monitoring.ts";
import { POLLY } from "./tables/polly.ts";
import { REKOGNITION } from "./tables/rekognition.ts";
import { SECRETSMANAGER } from "./tables/secretsmanager.ts";
import { SES } from "./tables/ses.ts";
import { SNS } from "./tables/sns.ts";
import { SQS } from "./tables/sqs.ts";
import { SSM } from "./tables/ssm.ts";
import { STATES } from "./tables/states.ts";
import { STS } from "./tables/sts.ts";
import { TEXTRACT } from "./tables/textract.ts";
import { TRANSLATE } from "./tables/translate.ts";

/** The services that Postern knows by a table, by signing name. A configuration may tell of more. */
export const API_MODELS: Readonly<Record<string, ApiModel>> = {
  athena: ATHENA,
  bedrock: BEDROCK,
  comprehend: COMPREHEND,
  events: EVENTS,
  firehose: FIREHOSE,
  iotdata: IOTDATA,
  kinesis: KINESIS,
  kms: KMS,
  lambda: LAMBDA,
  logs: LOGS,
  monitoring: MONITORING,
  polly: POLLY,
  rekognition: REKOGNITION,
  secretsmanager: SECRETSMANAGER,
  ses: SES,
  sns: SNS,
  sqs: SQS,
  ssm: SSM,
  states: STATES,
  sts: STS,
  textract: TEXTRACT,
  translate: TRANSLATE,
};
