"""The collectors against moto, a simulated AWS that this project did not write.

`wardround collect --once` visits a seeded moto server through the real SDK; then its summary and
its database are compared with what was put into moto. Where moto lacks an operation, the part of
the visit that needs it has to say so, and nothing else may suffer.

WARDROUND_BIN names the executable.
"""

import base64
import json
import os
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from contextlib import closing

import pytest

import running
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

[[account]]
id = "{seed.SECOND}"
name = "Account behind a role"
role_arn = "{seed.ROLE}"
external_id = "{seed.EXTERNAL_ID}"
regions = ["{seed.REGION}"]
phi = false
"""


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """A moto server with seeded accounts, ended with the tests. It records the calls after that."""
    with running.moto(tmp_path_factory.mktemp("moto") / "calls") as url:
        seed.everything(url)
        urllib.request.urlopen(f"{url}/moto-api/recorder/start-recording", data=b"").close()
        yield url


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
            (scope["scope"]["account"], scope["scope"]["source"], scope["scope"]["region"]): scope
            for scope in answer["scopes"]
        }
        return answer

    def scope(self, source, region=seed.REGION, account=seed.ACCOUNT):
        return self.scopes[account, source, region]

    def part(self, source, part, account=seed.ACCOUNT):
        return self.scope(source, account=account)["parts"][part]

    def rows(self, query, *values):
        database = next(self.folder.glob("data/*.db"))
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def facts(self, kind, account=seed.ACCOUNT):
        rows = self.rows(
            "SELECT resource.facts FROM resource JOIN word ON word.id = resource.kind"
            " JOIN place ON place.id = resource.place"
            " WHERE word.text = ? AND place.account = ? AND resource.gone_at IS NULL",
            kind,
            account,
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
    assert ward.scope("securityhub", "us-west-2")["state"] == "not-enabled"
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
    assert ward.scope("config", "us-west-2")["state"] == "not-enabled"


def test_what_moto_lacks_is_said_and_harms_nothing_else(ward):
    assert ward.code == 1
    rules = ward.part("config", "rules")
    assert rules["error"] is not None, "moto has no results of rules"
    assert read(ward.part("config", "inventory"))
    jobs = ward.part("backup", "backup-jobs")
    assert jobs["error"] is not None, "moto has no backup jobs"
    assert ward.scope("backup")["state"] == "partial"


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
    assert ward.scope("guardduty", "us-west-2")["state"] == "not-enabled"


def test_trails(ward):
    assert read(ward.part("cloudtrail", "trails"))
    (trail,) = ward.facts("AWS::CloudTrail::TrailStatus")
    assert trail["Name"] == "ward-trail"
    assert trail["status"]["IsLogging"] is False, "nobody started it"


def test_events_that_moto_does_not_have_are_said(ward):
    for part in ("sign-ins", "denials"):
        error = ward.part("cloudtrail", part)["error"]
        assert error["operation"] == "LookupEvents"
    assert ward.scope("cloudtrail")["state"] == "partial"
    assert ward.rows("SELECT count(*) FROM access_event") == [(0,)]


def calls(url):
    """The calls of the query protocol that moto has recorded, as name and parameters."""
    with urllib.request.urlopen(f"{url}/moto-api/recorder/download-recording") as answer:
        lines = answer.read().decode().splitlines()
    for line in map(json.loads, lines):
        body = line["body"] or ""
        text = base64.b64decode(body).decode() if line["body_encoded"] else body
        if text.startswith("Action=") or "&Action=" in text:
            parameters = dict(urllib.parse.parse_qsl(text))
            yield parameters.pop("Action"), parameters


def test_an_account_with_a_role_is_read_through_it(ward):
    assumed = [parameters for name, parameters in calls(ward.url) if name == "AssumeRole"]
    assert assumed, "AssumeRole was not called"
    for parameters in assumed:
        assert parameters["RoleArn"] == seed.ROLE
        assert parameters["ExternalId"] == seed.EXTERNAL_ID
    # The vault is in the account of the role: with any other keys moto would show others.
    assert read(ward.part("backup", "vaults", seed.SECOND))
    vaults = ward.facts("AWS::Backup::BackupVault", seed.SECOND)
    assert [vault["BackupVaultName"] for vault in vaults] == ["ward-second"]
    # moto gives keys for a role that does not exist, and ignores the external id: that a role may
    # be refused only awsim shows.
    assert ward.scope("securityhub", account=seed.SECOND)["state"] == "not-enabled"


def test_trails_are_out_of_reach(ward):
    """moto keeps trails, but no collector asks CloudTrail: trails come from the inventory of AWS
    Config, and moto answers every SelectResourceConfig with an empty list. Nothing in this file can
    therefore show what becomes of a trail; the tests against awsim do."""
    trails = seed.client("cloudtrail", ward.url).describe_trails()["trailList"]
    assert [trail["Name"] for trail in trails] == ["ward-trail"]
    answer = seed.client("config", ward.url).select_resource_config(
        Expression="SELECT arn WHERE resourceType = 'AWS::CloudTrail::Trail'"
    )
    assert answer["Results"] == [], "moto has learnt to query: use it here"
    assert read(ward.part("config", "inventory"))
    assert ward.facts("AWS::CloudTrail::Trail") == []
