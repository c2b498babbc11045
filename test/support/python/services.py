"""What programs do with boto3's clients of the services that Postern reads by a table."""

import json

from botocore.exceptions import ClientError
from steps import ASKED, VERSION, client, code_of, raises, run, step

# Before these versions SQS and CloudWatch were spoken to by the query protocol, which has upstreams of its own here.
SQS_IS_QUERY = VERSION < (1, 31, 81)
SQS = ASKED["endpoint"] + ("/sqs-query" if SQS_IS_QUERY else "")
MONITORING = ASKED["endpoint"] + ("/monitoring-query" if VERSION < (1, 40) else "")
PLACE = "us-east-1:123456789012"
TOPIC = f"arn:aws:sns:{PLACE}:news"
MACHINE = f"arn:aws:states:{PLACE}:stateMachine:nightly"


def denied(call, codes, **given):
    """A call that neither is allowed nor tried again."""
    error = raises(ClientError, call, **given)
    assert code_of(error) in codes, error.response
    assert error.response["ResponseMetadata"]["RetryAttempts"] == 0, error.response
    return error.response["ResponseMetadata"]["HTTPHeaders"]


def of(service, user="analyst", endpoint="endpoint"):
    """A client that tries again as it does by default."""
    return client(service, user=user, endpoint=endpoint, retries={})


@step
def sends_and_receives_messages():
    mine, admins = of("sqs", endpoint=SQS), of("sqs", "admin", endpoint=SQS)
    url = admins.get_queue_url(QueueName="results")["QueueUrl"]
    # The client compares the digests of what it sent.
    text = "gr\u00fc\u00dfe & a+b=c"
    attributes = {"kind": {"DataType": "String", "StringValue": "a.b"}}
    assert admins.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)["MessageId"]
    entries = [{"Id": str(i), "MessageBody": f"entry {i}"} for i in range(3)]
    assert len(admins.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 3
    got = admins.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    bodies = [message["Body"] for message in got]
    assert text in bodies and "entry 2" in bodies, bodies
    for message in got:
        admins.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert mine.send_message(QueueUrl=url.replace("results", "jobs"), MessageBody="work")["MessageId"]
    codes = [("AccessDenied", 403)] if SQS_IS_QUERY else [("AccessDeniedException", 400)]
    said = denied(mine.send_message, codes, QueueUrl=url, MessageBody="work")
    assert said["x-postern-reason"] == "denied-no-rule", said


@step
def publishes():
    mine = of("sns")
    assert mine.publish(TopicArn=TOPIC, Message="a+b & c=d\n\u00fc", Subject="news")["MessageId"]
    said = denied(mine.subscribe, [("AuthorizationError", 403)], TopicArn=TOPIC, Protocol="email", Endpoint="a@example.com")
    assert said["x-postern-reason"] == "denied-no-rule", said
    assert of("sns", "admin").list_topics()["Topics"] == [{"TopicArn": TOPIC}]


@step
def starts_executions():
    mine = of("stepfunctions")
    assert mine.start_execution(stateMachineArn=MACHINE, input='{"a":1}')["executionArn"]
    said = denied(mine.list_executions, [("AccessDeniedException", 400)], stateMachineArn=MACHINE)
    assert said["x-postern-reason"] == "denied-no-rule", said


@step
def invokes_functions():
    mine = of("lambda")
    for name in "resize", f"arn:aws:lambda:{PLACE}:function:resize":
        answer = mine.invoke(FunctionName=name, Payload=json.dumps({"width": 1, "text": "\u00fc"}))
        assert json.load(answer["Payload"]) == {"width": 1, "text": "\u00fc"}, answer
    assert mine.invoke(FunctionName="resize", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    said = denied(mine.get_function, [("AccessDeniedException", 403)], FunctionName="resize")
    assert said["x-postern-reason"] == "denied-no-rule", said


@step
def asks_who_it_is():
    mine = of("sts")
    assert ":assumed-role/analyst/" in mine.get_caller_identity()["Arn"]
    said = denied(mine.get_session_token, [("AccessDenied", 403)])
    assert said["x-postern-reason"] == "denied-no-rule", said


@step
def counts_and_records():
    admins = of("cloudwatch", "admin", endpoint=MONITORING)
    admins.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Sold", "Value": 1.5, "Unit": "Count"}])
    assert admins.list_metrics(Namespace="Shop")["Metrics"][0]["MetricName"] == "Sold"
    put = of("kinesis", "admin").put_records(
        StreamName="clicks", Records=[{"Data": b"\x00\xff", "PartitionKey": "a"}]
    )
    assert put["FailedRecordCount"] == 0, put


@step
def posts_to_connections():
    chat = of("apigatewaymanagementapi", "admin", endpoint=ASKED["endpoint"] + "/prod")
    connection = "R0oXAdfD0kwCH6w="
    chat.post_to_connection(ConnectionId=connection, Data=b"\x00hello")
    assert chat.get_connection(ConnectionId=connection)["ConnectedAt"]


@step
def tries_an_expired_token_once():
    for service, ask, codes in (
        ("sqs", lambda it: it.list_queues, [("ExpiredToken", 403), ("ExpiredTokenException", 400)]),
        ("sns", lambda it: it.list_topics, [("ExpiredToken", 403)]),
        ("stepfunctions", lambda it: it.list_state_machines, [("ExpiredTokenException", 400)]),
        ("lambda", lambda it: it.list_functions, [("ExpiredTokenException", 403)]),
        ("sts", lambda it: it.get_caller_identity, [("ExpiredToken", 403)]),
    ):
        asked = of(service, "expired", endpoint=SQS if service == "sqs" else "endpoint")
        said = denied(ask(asked), codes)
        assert said["x-postern-reason"] == "token-expired", said


run()
