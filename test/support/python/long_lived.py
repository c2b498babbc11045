"""A program that runs for long. It has boto3 find credentials by itself, and at each line says what came of its calls."""

import json
import os
import sys

import boto3
from botocore.config import Config

# A boto3 from before AWS_ENDPOINT_URL is told in the program.
AT = {"region_name": "us-east-1", "endpoint_url": os.environ.get("OWN_ENDPOINT_URL")}
MADE = {}


def client(service):
    """One for the life of the program: what it does when its credentials end is its own affair."""
    if service not in MADE:
        MADE[service] = boto3.client(service, config=Config(retries={"total_max_attempts": 1}), **AT)
    return MADE[service]


def read():
    key = {"customerId": {"S": "acme"}, "orderId": {"S": "2026-001"}}
    return {
        "object": client("s3").get_object(Bucket="reports", Key="q3.txt")["Body"].read().decode(),
        "total": client("dynamodb").get_item(TableName="Orders", Key=key)["Item"]["total"]["N"],
    }


def identify():
    return {"arn": client("sts").get_caller_identity()["Arn"]}


for line in iter(sys.stdin.readline, ""):
    try:
        came = {"read": read, "identify": identify}[line.strip()]()
    except Exception as error:
        came = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(came), flush=True)
