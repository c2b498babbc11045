import * as fc from "fast-check";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const oneOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));
const mostly = (usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: odd });

const ACCOUNT = "123456789012";
const OWN = `us-east-1:${ACCOUNT}`;

const oddName = fc.constantFrom(
  ..."* ? jobs* jo?s jobs/results jobs:prod ../news a:b a/b %6aobs jobs%2Fx arn:aws:sqs: $LATEST jobs;x 'jobs'".split(
    " ",
  ),
  "",
  " jobs",
  "jobs\n",
  "jobs\u0000",
  "j\u00f6bs",
  "x".repeat(300),
);

const queueUrl = mostly(
  oneOf(`https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/jobs https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/results
    http://127.0.0.1:4480/${ACCOUNT}/jobs http://localhost/${ACCOUNT}/orders.fifo https://evil.test/${ACCOUNT}/jobs`),
  fc.oneof(
    oneOf(`https://sqs.us-east-1.amazonaws.com/999999999999/jobs https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/jobs
      jobs /${ACCOUNT}/jobs ${ACCOUNT}/jobs https://x/${ACCOUNT}/jobs/.. https://x/${ACCOUNT}/../999999999999/jobs
      https://x/${ACCOUNT}/%6aobs https://x/${ACCOUNT}/jobs?x https://x/${ACCOUNT}/jobs#x https://a@b/${ACCOUNT}/jobs
      https://x/${ACCOUNT}/jobs* https://x//${ACCOUNT}/jobs HTTPS://x/${ACCOUNT}/jobs https://x/${ACCOUNT}/jobs/
      arn:aws:sqs:${OWN}:jobs https://x\\y/${ACCOUNT}/jobs`),
    oddName,
  ),
);

/** ARNs of a service: `rest` in the own account and region, and such as are elsewhere or nowhere. */
const arnOf = (service: string, rest: string): fc.Arbitrary<string> =>
  fc.constantFrom(...words(rest)).chain((own) =>
    mostly(
      fc.constant(`arn:aws:${service}:${OWN}:${own}`),
      fc.oneof(
        oneOf(`arn:aws:${service}:eu-west-1:${ACCOUNT}:${own} arn:aws:${service}:us-east-1:999999999999:${own}
          arn:aws-cn:${service}:${OWN}:${own} arn:aws:${service}:::${own} arn:aws:${service}::${ACCOUNT}:${own}
          arn:aws:${service}:${OWN}:${own}* arn:aws:${service}:${OWN}:${own}:x arn:aws:${service}:${OWN}:${own}/../x
          arn:aws:${service}:${OWN}: arn:aws:s3:::reports ARN:aws:${service}:${OWN}:${own} arn:aws:${service}:${OWN} ${own}`),
        oddName,
      ),
    ),
  );

const queueName = mostly(
  oneOf("jobs results orders.fifo"),
  fc.oneof(oddName, fc.constant(`arn:aws:sqs:${OWN}:jobs`)),
);
const topic = arnOf("sns", "news alerts");
const machine = fc.oneof(
  { weight: 4, arbitrary: arnOf("states", "stateMachine:nightly stateMachine:weekly") },
  arnOf("states", "stateMachine:nightly:prod stateMachine:nightly:3 express:nightly:x activity:a"),
);
const execution = arnOf("states", "execution:nightly:run-1 express:nightly:run-1:x execution:weekly:x");
const activity = arnOf("states", "activity:a activity:b");
const streamName = mostly(
  oneOf("clicks views"),
  fc.oneof(oddName, fc.constant(`arn:aws:kinesis:${OWN}:stream/clicks`)),
);
const streamArn = arnOf("kinesis", "stream/clicks stream/views");
const alarm = mostly(fc.constantFrom("high cpu", "low", "a/b"), oddName);
const text = oneOf("a b hello 1");

type Input = fc.Arbitrary<object>;
const some = (required: readonly string[], members: Readonly<Record<string, fc.Arbitrary<unknown>>>): Input =>
  fc.record(members, { requiredKeys: [...required] });
const queue = (more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}): Input =>
  some(["QueueUrl"], { QueueUrl: queueUrl, ...more });
const nothing = fc.constant({});
const list = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(value, { minLength: 0, maxLength: 3 });
/** By name, by ARN, by both, or by neither. */
const byEither = (more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}): Input =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ StreamName: streamName, ...more }) },
    { weight: 4, arbitrary: fc.record({ StreamARN: streamArn, ...more }) },
    fc.record({ StreamName: streamName, StreamARN: streamArn }, { requiredKeys: [] }),
  );

const SQS: Readonly<Record<string, Input>> = {
  SendMessage: queue({ MessageBody: text }),
  SendMessageBatch: queue({ Entries: fc.constant([{ Id: "1", MessageBody: "x" }]) }),
  ReceiveMessage: queue(),
  DeleteMessage: queue({ ReceiptHandle: text }),
  DeleteMessageBatch: queue(),
  GetQueueAttributes: queue({ AttributeNames: fc.constant(["All"]) }),
  GetQueueUrl: some(["QueueName"], {
    QueueName: queueName,
    QueueOwnerAWSAccountId: oneOf(`${ACCOUNT} 999999999999 x`),
  }),
  CreateQueue: fc.record({ QueueName: queueName }),
  DeleteQueue: queue(),
  PurgeQueue: queue(),
  SetQueueAttributes: queue(),
  TagQueue: queue(),
  ListQueues: nothing,
  StartMessageMoveTask: some(["SourceArn"], {
    SourceArn: arnOf("sqs", "jobs"),
    DestinationArn: arnOf("sqs", "results"),
  }),
  CancelMessageMoveTask: fc.record({ TaskHandle: text }),
  Nonsense: queue(),
};
const SNS: Readonly<Record<string, Input>> = {
  Publish: fc.oneof(
    { weight: 5, arbitrary: fc.record({ TopicArn: topic, Message: text }) },
    fc.record({ TargetArn: arnOf("sns", "endpoint/GCM/app/x news"), Message: text }),
    fc.record({ PhoneNumber: fc.constant("+4912345"), Message: text }),
    some(["Message"], { TopicArn: topic, TargetArn: topic, Message: text }),
  ),
  PublishBatch: fc.record({ TopicArn: topic }),
  Subscribe: some(["TopicArn"], { TopicArn: topic, Protocol: text, Endpoint: text }),
  CreateTopic: fc.record({ Name: mostly(oneOf("news alerts"), oddName) }),
  DeleteTopic: fc.record({ TopicArn: topic }),
  SetTopicAttributes: fc.record({ TopicArn: topic, AttributeName: text }),
  TagResource: fc.record({ ResourceArn: topic }),
  ListTopics: nothing,
  ListSubscriptions: nothing,
  CreatePlatformApplication: fc.record({ Name: text }),
};
const STATES: Readonly<Record<string, Input>> = {
  StartExecution: some(["stateMachineArn"], { stateMachineArn: machine, input: fc.constant("{}") }),
  StartSyncExecution: fc.record({ stateMachineArn: machine }),
  DescribeExecution: fc.record({ executionArn: execution }),
  StopExecution: fc.record({ executionArn: execution }),
  ListExecutions: some(["stateMachineArn"], { stateMachineArn: machine }),
  DescribeStateMachine: fc.record({ stateMachineArn: machine }),
  DeleteStateMachine: fc.record({ stateMachineArn: machine }),
  CreateStateMachine: fc.record({ name: mostly(oneOf("nightly new"), oddName) }),
  GetActivityTask: fc.record({ activityArn: activity }),
  SendTaskSuccess: fc.record({ taskToken: text }),
  ListStateMachines: nothing,
  TagResource: fc.record({ resourceArn: machine }),
};
const KINESIS: Readonly<Record<string, Input>> = {
  PutRecord: byEither({ Data: fc.constant("eA=="), PartitionKey: text }),
  PutRecords: byEither({ Records: fc.constant([]) }),
  CreateStream: fc.record({ StreamName: streamName }),
  DeleteStream: byEither(),
  DescribeStream: byEither(),
  GetShardIterator: byEither({ ShardId: text }),
  ListShards: byEither(),
  GetRecords: fc.record({ ShardIterator: text }),
  ListStreams: nothing,
  TagResource: fc.record({ ResourceARN: streamArn }),
};
const MONITORING: Readonly<Record<string, Input>> = {
  PutMetricData: fc.record({ Namespace: text }),
  ListMetrics: nothing,
  PutMetricAlarm: fc.record({ AlarmName: alarm }),
  DeleteAlarms: fc.record({ AlarmNames: list(alarm) }),
  SetAlarmState: fc.record({ AlarmName: alarm }),
  DescribeAlarms: nothing,
  GetMetricData: nothing,
  PutMetricStream: fc.record({ Name: mostly(oneOf("s t"), oddName) }),
  StopMetricStreams: fc.record({ Names: list(oneOf("s t u")) }),
  TagResource: fc.record({ ResourceARN: arnOf("cloudwatch", "alarm:low") }),
};

/** An input of some operations of the services that are read by a table, in the words of their API references. */
export const SERVICE_INPUTS: Readonly<Record<string, Readonly<Record<string, Input>>>> = {
  sqs: SQS,
  sns: SNS,
  states: STATES,
  kinesis: KINESIS,
  monitoring: MONITORING,
  sts: {
    GetCallerIdentity: nothing,
    AssumeRole: fc.record({ RoleArn: fc.constant(`arn:aws:iam::${ACCOUNT}:role/admin`) }),
  },
};
