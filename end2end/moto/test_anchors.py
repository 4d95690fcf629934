"""Checkpoints of the audit log in a bucket with Object Lock, kept by a server that this project did
not write.

WARDROUND_BIN names the executable.
"""

import datetime
import os
import subprocess
import time

import pytest

import running
import seed

BIN = os.environ.get("WARDROUND_BIN", "wardround")
LOCKED, OPEN = "hospital-audit-anchors", "a-bucket-without-lock"
CONFIG = f"""
[organisation]
name = "Test Clinic"

[[account]]
id = "{seed.ACCOUNT}"
name = "Test account"
regions = ["{seed.REGION}"]
phi = true

[audit]
anchors = ["s3://{LOCKED}/wardround", "s3://{OPEN}"]
"""


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    with running.moto(tmp_path_factory.mktemp("moto") / "calls") as url:
        client = seed.client("s3", url)
        client.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
        client.create_bucket(Bucket=OPEN)
        yield url, client


def run(folder, *arguments):
    return subprocess.run(
        [BIN, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def serve(folder, url, until):
    """Serves until something is so; the answer is what the server logged."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIATESTING",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": seed.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    log = folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [BIN, "serve", "--listen", "127.0.0.1:0"],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=out,
        )
        try:
            for _ in range(240):
                assert server.poll() is None, log.read_text()
                if until(log.read_text()):
                    break
                time.sleep(0.25)
            else:
                raise AssertionError(log.read_text())
        finally:
            server.terminate()
            server.wait(20)
    return log.read_text()


def test_a_checkpoint_is_locked_for_six_years_and_proves_an_export(s3, tmp_path):
    url, client = s3
    (tmp_path / "wardround.toml").write_text(CONFIG)
    objects = lambda: client.list_objects_v2(Bucket=LOCKED).get("Contents", [])
    log = serve(tmp_path, url, lambda log: objects() and OPEN in log)
    key = objects()[0]["Key"]
    assert key.startswith("wardround/checkpoint-000000000000000"), key
    lock = client.head_object(Bucket=LOCKED, Key=key)
    assert lock["ObjectLockMode"] == "COMPLIANCE"
    until, now = lock["ObjectLockRetainUntilDate"], datetime.datetime.now(datetime.timezone.utc)
    years = (until - now).days / 365.25
    assert 5.99 < years < 6.02, years
    # A bucket without Object Lock keeps nothing for good, so it is no witness.
    assert client.list_objects_v2(Bucket=OPEN)["KeyCount"] == 0
    assert "could not be anchored" in log
    # The object is a line of an anchors file.
    body = client.get_object(Bucket=LOCKED, Key=key)["Body"].read().decode()
    (tmp_path / "anchors.ndjson").write_text(body + "\n")
    assert run(tmp_path, "audit", "export", "--out", "proof").returncode == 0
    verified = run(tmp_path, "audit", "verify", "proof", "--anchors", "anchors.ndjson")
    assert verified.returncode == 0, verified.stdout
