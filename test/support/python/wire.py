"""Uploads in each way in which boto3 may be asked to, for a test to see what arrives."""

import io

from steps import ASKED, HAS_CHECKSUMS, client, run, step, unsigned


def put(through, name, body):
    through.put_object(Bucket="reports", Key=f"{ASKED['prefix']}/{name}", Body=body)


@step
def uploads():
    path = {"addressing_style": "path"}
    signed = client("s3", s3=path)
    put(signed, "bytes", b"x" * 30_000)
    put(signed, "file", io.BytesIO(b"x" * 30_000))
    put(signed, "empty", b"")
    put(client("s3", s3={**path, "payload_signing_enabled": True}), "payload signed", b"x" * 30_000)
    if HAS_CHECKSUMS:
        put(client("s3", s3=path, request_checksum_calculation="when_required"), "when required", b"x" * 30_000)
    put(unsigned(ASKED["endpoint"] + "/s3", s3=path), "unsigned", b"x" * 30_000)


run()
