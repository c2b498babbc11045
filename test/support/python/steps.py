"""Runs the steps of a script, each by itself, and prints as JSON what came of them."""

import json
import socket
import sys
import traceback

import boto3
import botocore
from botocore import UNSIGNED
from botocore.config import Config

ASKED = json.load(sys.stdin)
VERSION = tuple(int(part) for part in botocore.__version__.split("."))
# From this version on a checksum goes with every upload.
HAS_CHECKSUMS = VERSION >= (1, 36)

resolve = socket.getaddrinfo


def to_loopback(host, *rest, **options):
    """No resolver knows names below localhost for certain."""
    name = host.decode() if isinstance(host, bytes) else host
    return resolve("127.0.0.1" if name.endswith(".localhost") else host, *rest, **options)


socket.getaddrinfo = to_loopback


def client(service, user="admin", endpoint="endpoint", resource=False, **config):
    """A client that takes the user's token for its session token."""
    make = boto3.resource if resource else boto3.client
    return make(
        service,
        endpoint_url=ASKED.get(endpoint, endpoint),
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        aws_session_token=ASKED["tokens"][user],
        verify=ASKED.get("caFile") or None,
        config=Config(**{"retries": {"total_max_attempts": 1}, **config}),
    )


def unsigned(endpoint, event="before-send.s3", **config):
    """A client of S3 that signs nothing and brings the token as a bearer."""
    made = client("s3", endpoint=endpoint, signature_version=UNSIGNED, **config)

    def present(request, **_):
        request.headers["Authorization"] = f"Bearer {ASKED['tokens']['admin']}"

    made.meta.events.register(event, present)
    return made


def raises(kind, call, **given):
    """What a call raises, which has to be of this kind."""
    try:
        call(**given)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def code_of(error):
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


STEPS = []


def step(work):
    STEPS.append(work)
    return work


def run():
    came = {}
    for work in STEPS:
        try:
            came[work.__name__] = work() or "ok"
        except Exception:
            came[work.__name__] = traceback.format_exc()
    print(json.dumps(came))
