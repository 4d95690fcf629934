"""Puts two accounts into moto: one with a hub with findings, a recorder with rules, a trail, vaults
and a plan; and one that is reached through a role, with a vault and nothing else."""

import datetime

import boto3

ACCOUNT = "123456789012"
REGION = "us-east-1"
FINDINGS = 240
SECOND = "210987654321"
ROLE = f"arn:aws:iam::{SECOND}:role/WardroundReadOnly"
EXTERNAL_ID = "ward-external-id"

RULES = {
    "ward-buckets-versioned": "S3_BUCKET_VERSIONING_ENABLED",
    "ward-trail-on": "CLOUD_TRAIL_ENABLED",
    "ward-volumes-encrypted": "ENCRYPTED_VOLUMES",
}


KEYS = {"aws_access_key_id": "AKIATESTING", "aws_secret_access_key": "testing"}


def client(service, url, region=REGION, keys=KEYS):
    return boto3.client(service, region_name=region, endpoint_url=url, **keys)


def finding(number, status="FAILED"):
    control = ["S3.1", "S3.8", "EC2.3", "KMS.4"][number % 4]
    at = datetime.datetime(2026, 9, 1) + datetime.timedelta(minutes=number)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"ward-finding-{number:04}",
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/securityhub",
        "GeneratorId": f"security-control/{control}",
        "AwsAccountId": ACCOUNT,
        "Region": REGION,
        "Types": ["Software and Configuration Checks"],
        "CreatedAt": stamp,
        "UpdatedAt": stamp,
        "Severity": {"Label": ["LOW", "MEDIUM", "HIGH", "CRITICAL"][number % 4]},
        "Title": f"Finding number {number}",
        "Description": "Made for a test.",
        "Resources": [{"Type": "AwsS3Bucket", "Id": f"arn:aws:s3:::ward-{number:04}"}],
        "Compliance": {"Status": status, "SecurityControlId": control},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }


def security_hub(url):
    hub = client("securityhub", url)
    hub.enable_security_hub()
    add_findings(url, [finding(number) for number in range(FINDINGS)])


def add_findings(url, findings):
    hub = client("securityhub", url)
    for start in range(0, len(findings), 100):
        answer = hub.batch_import_findings(Findings=findings[start : start + 100])
        assert answer["FailedCount"] == 0, answer["FailedFindings"]


def config(url):
    service = client("config", url)
    service.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{ACCOUNT}:role/recorder",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    service.put_delivery_channel(
        DeliveryChannel={"name": "default", "s3BucketName": "ward-config"}
    )
    service.start_configuration_recorder(ConfigurationRecorderName="default")
    for name, identifier in RULES.items():
        service.put_config_rule(
            ConfigRule={
                "ConfigRuleName": name,
                "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
                "Scope": {"ComplianceResourceTypes": ["AWS::S3::Bucket"]},
            }
        )


def backup(url):
    service = client("backup", url)
    for name in ["ward-daily", "ward-locked"]:
        service.create_backup_vault(BackupVaultName=name)
    service.put_backup_vault_lock_configuration(
        BackupVaultName="ward-locked", MinRetentionDays=7, MaxRetentionDays=365
    )
    service.create_backup_plan(
        BackupPlan={
            "BackupPlanName": "ward-plan",
            "Rules": [
                {
                    "RuleName": "daily",
                    "TargetBackupVaultName": "ward-daily",
                    "ScheduleExpression": "cron(0 5 ? * * *)",
                }
            ],
        }
    )


def guardduty(url):
    client("guardduty", url).create_detector(Enable=True)


def cloudtrail(url):
    client("cloudtrail", url).create_trail(Name="ward-trail", S3BucketName="ward-config")


def second_account(url):
    """moto puts what is made with the keys of a role into the account of the role. It gives keys for
    any role, also one that does not exist."""
    answer = client("sts", url).assume_role(RoleArn=ROLE, RoleSessionName="seed")["Credentials"]
    keys = {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }
    client("backup", url, keys=keys).create_backup_vault(BackupVaultName="ward-second")


def everything(url):
    client("s3", url).create_bucket(Bucket="ward-config")
    security_hub(url)
    config(url)
    backup(url)
    guardduty(url)
    cloudtrail(url)
    second_account(url)
