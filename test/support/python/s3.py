"""What programs do with boto3's S3, and what they expect of it."""

import base64
import hashlib
import io
import os
import ssl
import tempfile
import urllib.error
import urllib.request

from boto3.s3.transfer import TransferConfig
from botocore.compat import HAS_CRT
from botocore.exceptions import ClientError
from steps import ASKED, HAS_CHECKSUMS, client, code_of, raises, run, step, unsigned

MIB = 1024 * 1024
BUCKET = ASKED["bucket"]
PARTS = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)

s3 = client("s3", s3={"addressing_style": "path"})
by_host = client("s3", endpoint="hostEndpoint", s3={"addressing_style": "virtual"})


def read(key, through=s3, **given):
    return through.get_object(Bucket=BUCKET, Key=key, **given)["Body"].read()


def keys_of(through, **given):
    pages = through.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, PaginationConfig={"PageSize": 10}, **given
    )
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def in_order(keys):
    return sorted(keys, key=lambda key: key.encode())


class Unseekable(io.RawIOBase):
    """As a pipe is."""

    def __init__(self, content):
        self.source = io.BytesIO(content)

    def readable(self):
        return True

    def read(self, size=-1):
        return self.source.read(size)


@step
def makes_its_bucket():
    s3.create_bucket(Bucket=BUCKET)
    s3.get_waiter("bucket_exists").wait(Bucket=BUCKET, WaiterConfig={"Delay": 1, "MaxAttempts": 3})
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def hostile(through):
    hard = ASKED["keys"]
    for key in hard:
        through.put_object(Bucket=BUCKET, Key=key, Body=f"of {key}".encode())
    for key in hard:
        assert read(key, through) == f"of {key}".encode(), key
        assert through.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == len(f"of {key}".encode())
    assert keys_of(through) == in_order(hard), keys_of(through)
    short = [key for key in hard if len(key.encode()) < 1000][:12]
    for key in short:
        source = {"Bucket": BUCKET, "Key": key}
        through.copy_object(Bucket=BUCKET, Key=f"copy/{key}", CopySource=source)
    assert keys_of(through, Prefix="copy/") == in_order([f"copy/{key}" for key in short])
    every = [{"Key": key} for key in keys_of(through)]
    gone = through.delete_objects(Bucket=BUCKET, Delete={"Objects": every})
    assert "Errors" not in gone, gone
    assert [item["Key"] for item in gone["Deleted"]] == [item["Key"] for item in every]
    assert keys_of(through) == []


@step
def sends_hostile_keys_in_the_path():
    hostile(s3)


@step
def sends_hostile_keys_with_the_bucket_in_the_host():
    hostile(by_host)


@step
def uploads_every_form_of_body():
    content = os.urandom(100_000)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        s3.put_object(Bucket=BUCKET, Key="file", Body=file)
    s3.put_object(Bucket=BUCKET, Key="bytes", Body=content)
    s3.put_object(Bucket=BUCKET, Key="bytesio", Body=io.BytesIO(content))
    s3.upload_fileobj(Unseekable(content), BUCKET, "pipe")
    for key in ("file", "bytes", "bytesio", "pipe"):
        assert read(key) == content, key
    s3.put_object(Bucket=BUCKET, Key="text", Body="gr\u00fc\u00dfe")
    assert read("text").decode() == "gr\u00fc\u00dfe"
    for empty in (b"", io.BytesIO(b""), ""):
        s3.put_object(Bucket=BUCKET, Key="empty", Body=empty)
        assert read("empty") == b""


@step
def moves_files_in_parts():
    content = os.urandom(6 * MIB)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "up")
        with open(path, "wb") as file:
            file.write(content)
        s3.upload_file(path, BUCKET, "big", Config=PARTS, ExtraArgs={"Metadata": {"by": "boto3"}})
        s3.download_file(BUCKET, "big", path + ".down", Config=PARTS)
        with open(path + ".down", "rb") as file:
            assert file.read() == content
    into = io.BytesIO()
    s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "big copy", Config=PARTS)
    by_host.download_fileobj(BUCKET, "big copy", into, Config=PARTS)
    assert into.getvalue() == content
    by_host.upload_fileobj(Unseekable(content), BUCKET, "big pipe", Config=PARTS)
    assert hashlib.md5(read("big pipe")).digest() == hashlib.md5(content).digest()
    assert s3.head_object(Bucket=BUCKET, Key="big")["Metadata"] == {"by": "boto3"}
    assert s3.head_object(Bucket=BUCKET, Key="big")["ETag"].endswith('-2"')


@step
def puts_parts_together_by_hand():
    key = "by hand"
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    place = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
    first = s3.upload_part(**place, PartNumber=1, Body=b"a" * 5 * MIB)["ETag"]
    source = {"Bucket": BUCKET, "Key": "text"}
    second = s3.upload_part_copy(**place, PartNumber=2, CopySource=source)["CopyPartResult"]["ETag"]
    assert [part["ETag"] for part in s3.list_parts(**place)["Parts"]] == [first, second]
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == [key]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert read(key) == b"a" * 5 * MIB + "gr\u00fc\u00dfe".encode()
    other = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=other)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


@step
def computes_every_checksum_that_it_can():
    names = ["CRC32", "SHA1", "SHA256"] + (["CRC32C"] if HAS_CRT else [])
    names += ["CRC64NVME"] if HAS_CRT and HAS_CHECKSUMS else []
    for name in names:
        for body in (b"x" * 30_000, io.BytesIO(b"x" * 30_000)):
            put = s3.put_object(Bucket=BUCKET, Key=name, Body=body, ChecksumAlgorithm=name)
            got = s3.get_object(Bucket=BUCKET, Key=name, ChecksumMode="ENABLED")
            assert got[f"Checksum{name}"] == put[f"Checksum{name}"]
            assert got["Body"].read() == b"x" * 30_000
    wrong = raises(ClientError, s3.put_object, Bucket=BUCKET, Key="bad", Body=b"x", ChecksumCRC32="AAAAAA==")
    assert code_of(wrong) == ("BadDigest", 400), wrong
    wrong = raises(ClientError, s3.put_object, Bucket=BUCKET, Key="bad", Body=b"x",
                   ContentMD5=base64.b64encode(bytes(16)).decode())
    assert code_of(wrong) == ("BadDigest", 400), wrong
    raises(s3.exceptions.NoSuchKey, s3.get_object, Bucket=BUCKET, Key="bad")


@step
def signs_and_computes_as_it_is_configured():
    ways = [dict(s3={"payload_signing_enabled": signed, "addressing_style": "path",
                     "use_accelerate_endpoint": False}) for signed in (True, False)]
    if HAS_CHECKSUMS:
        ways += [dict(request_checksum_calculation=when, response_checksum_validation=when)
                 for when in ("when_required", "when_supported")]
    ways += [dict(signature_version="s3v4", s3={"addressing_style": "path"})]
    for way in ways:
        through = client("s3", **way)
        for size in (0, 5, 70_000):
            content = os.urandom(size)
            through.put_object(Bucket=BUCKET, Key="way", Body=content)
            assert read("way", through) == content, way
            through.put_object(Bucket=BUCKET, Key="way", Body=io.BytesIO(content))
            assert read("way", through) == content, way
        through.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "way"}]})


@step
def brings_its_token_itself_and_signs_nothing():
    for endpoint, style, event in (
        (ASKED["endpoint"] + "/s3", "path", "before-send.s3"),
        (ASKED["hostEndpoint"], "path", "before-sign.s3"),
        (ASKED["hostEndpoint"], "virtual", "before-send.s3"),
    ):
        through = unsigned(endpoint, event, s3={"addressing_style": style})
        for body in (b"unsigned", io.BytesIO(b"unsigned"), b""):
            through.put_object(Bucket=BUCKET, Key="un signed", Body=body)
        through.put_object(Bucket=BUCKET, Key="un signed", Body=b"unsigned")
        assert read("un signed", through) == b"unsigned"
        assert keys_of(through, Prefix="un ") == ["un signed"]
        through.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "un signed"}]})


@step
def reads_ranges_and_on_conditions():
    put = s3.put_object(Bucket=BUCKET, Key="r", Body=b"0123456789", ContentType="text/plain",
                        CacheControl="max-age=60", ContentDisposition='attachment; filename="r"')
    got = s3.get_object(Bucket=BUCKET, Key="r", Range="bytes=2-4")
    assert (got["Body"].read(), got["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert read("r", Range="bytes=-2") == b"89"
    head = s3.head_object(Bucket=BUCKET, Key="r")
    assert (head["ContentType"], head["CacheControl"]) == ("text/plain", "max-age=60"), head
    assert head["ContentDisposition"] == 'attachment; filename="r"'
    same = raises(ClientError, s3.get_object, Bucket=BUCKET, Key="r", IfNoneMatch=put["ETag"])
    assert code_of(same) == ("304", 304), same
    other = raises(ClientError, s3.get_object, Bucket=BUCKET, Key="r", IfMatch='"none"')
    assert code_of(other) == ("PreconditionFailed", 412), other
    past = raises(ClientError, s3.get_object, Bucket=BUCKET, Key="r", Range="bytes=20-")
    assert code_of(past) == ("InvalidRange", 416), past


@step
def tags_and_grants():
    tags = [{"Key": "state", "Value": "a b+c=\u00fc"}]
    s3.put_object_tagging(Bucket=BUCKET, Key="r", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=BUCKET, Key="r")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=BUCKET, Key="r")
    assert s3.get_object_tagging(Bucket=BUCKET, Key="r")["TagSet"] == []
    s3.put_object(Bucket=BUCKET, Key="r2", Body=b"", Tagging="state=a%20b", ACL="private")
    assert s3.get_object_tagging(Bucket=BUCKET, Key="r2")["TagSet"] == [{"Key": "state", "Value": "a b"}]
    s3.put_object_acl(Bucket=BUCKET, Key="r", ACL="private")
    assert len(s3.get_object_acl(Bucket=BUCKET, Key="r")["Grants"]) == 1


@step
def raises_its_own_exceptions():
    raises(s3.exceptions.NoSuchKey, s3.get_object, Bucket=BUCKET, Key="none")
    raises(s3.exceptions.NoSuchBucket, s3.list_objects_v2, Bucket="no-such-bucket-here")
    none = raises(ClientError, s3.head_object, Bucket=BUCKET, Key="none")
    assert code_of(none) == ("404", 404), none
    analyst = client("s3", user="analyst")
    big = io.BytesIO(bytes(3 * MIB))
    for body in (b"x", big):
        denied = raises(ClientError, analyst.put_object, Bucket="reports", Key="q3.txt", Body=body)
        assert code_of(denied) == ("AccessDenied", 403), denied
    unseen = raises(ClientError, analyst.head_object, Bucket=BUCKET, Key="r")
    assert code_of(unseen) == ("403", 403), unseen
    assert analyst.get_object(Bucket="reports", Key="q3.txt")["Body"].read().startswith(b"Third")


@step
def has_its_presigned_links_refused():
    trust = ssl.create_default_context(cafile=ASKED.get("caFile"))
    for version in ("s3", "s3v4", None):
        through = client("s3", **({} if version is None else {"signature_version": version}))
        for method in ("get_object", "put_object"):
            link = through.generate_presigned_url(method, Params={"Bucket": BUCKET, "Key": "r"})
            asked = urllib.request.Request(link, method=method[:3].upper())
            refused = raises(urllib.error.HTTPError, urllib.request.urlopen, url=asked, context=trust)
            assert refused.code == 403 and refused.headers["x-postern-reason"] == "presigned-not-accepted", link
            refused.close()


@step
def takes_its_bucket_away():
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys_of(s3)], "Quiet": True})
    s3.delete_bucket(Bucket=BUCKET)
    raises(ClientError, s3.head_bucket, Bucket=BUCKET)


run()
