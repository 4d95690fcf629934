"""The collectors against moto, a simulated AWS that this project did not write.

`wardround collect --once` visits a seeded moto server through the real SDK; then its summary and
its database are compared with what was put into moto. Where moto lacks an operation, the part of
the visit that needs it has to say so, and nothing else may suffer.

WARDROUND_BIN names the executable.
"""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

import pytest

import seed

BIN = os.environ.get("WARDROUND_BIN", "wardround")
CONFIG = f"""
[organisation]
name = "Test Clinic"

[[account]]
id = "{seed.ACCOUNT}"
name = "Test account"
regions = ["{seed.REGION}", "us-west-2"]
phi = true
"""


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def moto():
    """A moto server with a seeded account, ended with the tests."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, "moto ended at once"
                time.sleep(0.25)
        seed.everything(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


class Ward:
    """A folder with a configuration and a database."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        (folder / "wardround.toml").write_text(CONFIG)

    def collect(self):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIATESTING",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": seed.REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "WARDROUND_UNLIMITED": "true",
        }
        command = [BIN, "collect", "--once", "--json", "--config", "wardround.toml"]
        ended = subprocess.run(
            [*command, "--data", "data"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.stdout, ended.stderr
        self.code = ended.returncode
        answer = json.loads(ended.stdout)
        self.scopes = {
            (scope["scope"]["source"], scope["scope"]["region"]): scope
            for scope in answer["scopes"]
        }
        return answer

    def part(self, source, part, region=seed.REGION):
        return self.scopes[source, region]["parts"][part]

    def rows(self, query, *values):
        database = next(self.folder.glob("data/*.db"))
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def facts(self, kind):
        rows = self.rows(
            "SELECT resource.facts FROM resource JOIN word ON word.id = resource.kind"
            " WHERE word.text = ? AND resource.gone_at IS NULL",
            kind,
        )
        return [json.loads(facts) for (facts,) in rows]


@pytest.fixture(scope="module")
def ward(moto, tmp_path_factory):
    ward = Ward(tmp_path_factory.mktemp("ward"), moto)
    ward.collect()
    return ward


def read(part):
    return part["as_of"] is not None and part["error"] is None


def test_every_finding_of_every_page_is_there_once(ward):
    assert read(ward.part("securityhub", "findings"))
    ((findings, different),) = ward.rows(
        "SELECT count(*), count(DISTINCT id) FROM finding WHERE own = 0 AND gone_at IS NULL"
    )
    assert (findings, different) == (seed.FINDINGS, seed.FINDINGS)
    pages = ward.rows("SELECT count(*) FROM evidence_use WHERE operation = 'GetFindings'")
    assert pages[0][0] >= 3


def test_a_later_round_updates_in_place(ward):
    seed.add_findings(ward.url, [seed.finding(0, "PASSED"), seed.finding(seed.FINDINGS)])
    ward.collect()
    ((findings,),) = ward.rows(
        "SELECT count(*) FROM finding WHERE own = 0 AND gone_at IS NULL"
    )
    assert findings == seed.FINDINGS + 1


def test_a_hub_that_is_off_is_not_enabled(ward):
    assert ward.scopes["securityhub", "us-west-2"]["state"] == "not-enabled"
    assert {"enabled": False}.items() <= min(
        ward.facts("AWS::SecurityHub::Hub"), key=lambda hub: hub["enabled"]
    ).items()


def test_the_recorder_and_the_rules(ward):
    assert read(ward.part("config", "recorder"))
    (recorder,) = ward.facts("AWS::Config::ConfigurationRecorder")
    assert recorder["recording"] is True
    assert recorder["recordingGroup"]["allSupported"] is True
    rules = {rule["ConfigRuleName"]: rule["check"] for rule in ward.facts("AWS::Config::ConfigRule")}
    assert rules == seed.RULES
    assert ward.scopes["config", "us-west-2"]["state"] == "not-enabled"


def test_what_moto_lacks_is_said_and_harms_nothing_else(ward):
    assert ward.code == 1
    rules = ward.part("config", "rules")
    assert rules["error"] is not None, "moto has no results of rules"
    assert read(ward.part("config", "inventory"))
    jobs = ward.part("backup", "backup-jobs")
    assert jobs["error"] is not None, "moto has no backup jobs"
    assert ward.scopes["backup", seed.REGION]["state"] == "partial"


def test_vaults_with_their_locks_and_plans(ward):
    assert read(ward.part("backup", "vaults"))
    vaults = {vault["BackupVaultName"]: vault for vault in ward.facts("AWS::Backup::BackupVault")}
    assert set(vaults) == {"ward-daily", "ward-locked"}
    assert vaults["ward-locked"]["Locked"] is True
    assert vaults["ward-locked"]["MinRetentionDays"] == 7
    (plan,) = ward.facts("AWS::Backup::BackupPlan")
    assert plan["BackupPlan"]["Rules"][0]["TargetBackupVaultName"] == "ward-daily"


def test_detectors(ward):
    assert read(ward.part("guardduty", "detector"))
    (detector,) = ward.facts("AWS::GuardDuty::Detector")
    assert detector["status"] == "ENABLED"
    assert ward.scopes["guardduty", "us-west-2"]["state"] == "not-enabled"
