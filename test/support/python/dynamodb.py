"""What programs do with boto3's DynamoDB, and what they expect of it."""

from decimal import Decimal

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from steps import ASKED, client, code_of, raises, run, step

OWNER = ASKED["owner"]
dynamodb = client("dynamodb")
orders = client("dynamodb", resource=True).Table("Orders")


def key(order):
    return {"customerId": OWNER, "orderId": order}


def typed(order):
    return {"customerId": {"S": OWNER}, "orderId": {"S": order}}


@step
def writes_and_reads_items_of_every_type():
    item = {**key("1"), "n": Decimal("1.25"), "b": b"\x00\xff", "l": [1, None, True], "m": {"a b": "gr\u00fc\u00dfe"},
            "ss": {"x", "y"}, "empty": ""}
    orders.put_item(Item=item)
    got = orders.get_item(Key=key("1"), ConsistentRead=True)["Item"]
    assert got["n"] == Decimal("1.25") and got["b"].value == b"\x00\xff" and got["ss"] == {"x", "y"}, got
    assert got["m"] == {"a b": "gr\u00fc\u00dfe"} and got["l"] == [1, None, True] and got["empty"] == ""
    given = orders.update_item(
        Key=key("1"),
        UpdateExpression="SET #s = :s ADD n :n",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": "open", ":n": 1},
        ReturnValues="UPDATED_NEW",
    )["Attributes"]
    assert given == {"state": "open", "n": Decimal("2.25")}, given


@step
def writes_in_batches_and_reads_in_pages():
    with orders.batch_writer() as batch:
        for order in range(30):
            batch.put_item(Item={**key(f"b{order:02}"), "place": order})
    found = orders.query(
        KeyConditionExpression=Key("customerId").eq(OWNER) & Key("orderId").begins_with("b"),
        FilterExpression=Attr("place").gte(10),
        ScanIndexForward=False,
    )["Items"]
    assert [item["orderId"] for item in found] == [f"b{order:02}" for order in range(29, 9, -1)]
    pages = dynamodb.get_paginator("scan").paginate(TableName="Orders", PaginationConfig={"PageSize": 20})
    scanned = [item["orderId"]["S"] for page in pages for item in page["Items"] if item["customerId"]["S"] == OWNER]
    assert len(scanned) == 31, scanned
    with orders.batch_writer() as batch:
        for order in range(30):
            batch.delete_item(Key=key(f"b{order:02}"))
    assert orders.query(KeyConditionExpression=Key("customerId").eq(OWNER))["Count"] == 1


@step
def raises_its_own_exceptions():
    new = Attr("orderId").not_exists()
    failed = dynamodb.exceptions.ConditionalCheckFailedException
    raises(failed, orders.put_item, Item=key("1"), ConditionExpression=new)
    put = {"TableName": "Orders", "Item": typed("1"), "ConditionExpression": "attribute_not_exists(orderId)"}
    cancelled = raises(
        dynamodb.exceptions.TransactionCanceledException,
        dynamodb.transact_write_items,
        TransactItems=[{"Put": put}],
    )
    assert cancelled.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"
    raises(dynamodb.exceptions.ResourceNotFoundException, dynamodb.describe_table, TableName="NoSuchTable")
    analyst = client("dynamodb", user="analyst")
    denied = raises(ClientError, analyst.delete_item, TableName="Orders", Key=typed("1"))
    assert code_of(denied) == ("AccessDeniedException", 400), denied


@step
def writes_in_transactions():
    put = {"TableName": "Orders", "Item": typed("t1")}
    gone = {"TableName": "Orders", "Key": typed("t0")}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Delete": gone}])
    got = dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": "Orders", "Key": typed("t1")}}])
    assert got["Responses"][0]["Item"] == typed("t1")


@step
def asks_by_partiql():
    given = dict(Statement='SELECT * FROM "Orders" WHERE customerId = ? AND orderId = ?',
                 Parameters=[{"S": OWNER}, {"S": "t1"}])
    assert dynamodb.execute_statement(**given)["Items"] == [typed("t1")]
    dynamodb.execute_statement(
        Statement="INSERT INTO \"Orders\" VALUE {'customerId': ?, 'orderId': ?}", Parameters=[{"S": OWNER}, {"S": "p"}]
    )
    assert orders.get_item(Key=key("p"))["Item"] == key("p")
    denied = raises(ClientError, client("dynamodb", user="analyst").execute_statement, **given)
    assert code_of(denied) == ("AccessDeniedException", 400), denied


@step
def follows_the_stream_of_a_table():
    streams = client("dynamodbstreams")
    arn = streams.list_streams(TableName="Orders")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    seen = [(one["eventName"], one["dynamodb"]["Keys"]["orderId"]["S"]) for one in records
            if one["dynamodb"]["Keys"]["customerId"]["S"] == OWNER]
    assert ("INSERT", "1") in seen and ("REMOVE", "b00") in seen, seen


run()
