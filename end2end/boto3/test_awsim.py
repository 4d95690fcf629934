"""awsim against boto3, a client that this project did not write.

Start `wardround awsim --listen 127.0.0.1:PORT`, set AWSIM_URL, run pytest. Everything is asked
through botocore's own parsers, paginators and exception classes; the raw control endpoints under
/_awsim/ serve the clock and the faults.
"""

import calendar
import json
import os
import time
import urllib.request

import boto3
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

URL = os.environ.get("AWSIM_URL", "http://127.0.0.1:4599")
REGIONS = ["us-east-1", "us-east-2", "us-west-2"]
EXTERNAL_ID = "mvh-wardround-4471"
SHARED, EHR, IMAGING, RESEARCH = (
    "700100200301",
    "700100200302",
    "700100200303",
    "700100200304",
)
PACK = "Operational-Best-Practices-for-HIPAA-Security"

ONCE = Config(retries={"max_attempts": 1, "mode": "standard"}, read_timeout=3)


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/_awsim/{path}", data=data)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def sts(key="AKIAMERIDIANVALLEY00", token=None):
    return boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=URL,
        aws_access_key_id=key,
        aws_secret_access_key="unverified",
        aws_session_token=token,
    )


_sessions = {}


def client(service, account, region="us-east-1", config=None):
    if account not in _sessions:
        role = f"arn:aws:iam::{account}:role/WardroundReadOnly"
        given = sts().assume_role(
            RoleArn=role, RoleSessionName="test", ExternalId=EXTERNAL_ID
        )["Credentials"]
        _sessions[account] = boto3.session.Session(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        )
    made = _sessions[account].client(
        service, region_name=region, endpoint_url=URL, config=config
    )
    made.meta.events.register("before-parse", remember_raw)
    return made


_raw = {}


def remember_raw(operation_model, response_dict, **_):
    """Keeps the body as it came: botocore's parser drops members that its model lacks."""
    _raw[operation_model.name] = response_dict["body"]


def known_on_the_wire(value, shape, path):
    if value is None:
        return
    if shape.type_name == "structure":
        wire_names = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for name, inner in value.items():
            assert name in wire_names, f"{path}.{name} is not in the model"
            known_on_the_wire(inner, wire_names[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            known_on_the_wire(inner, shape.member, f"{path}[]")


@pytest.fixture(autouse=True)
def no_faults():
    control("faults", [])
    control("clock", {"now_ms": None})
    yield
    control("faults", [])
    control("clock", {"now_ms": None})


def strict(service, operation, answer):
    """Every member of the answer has the type and the enumeration that botocore's model gives it."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).output_shape
    def walk(value, shape, path):
        if value is None:
            return
        if shape.type_name == "structure":
            for name, inner in value.items():
                if name == "ResponseMetadata":
                    continue
                assert name in shape.members, f"{path}.{name}"
                walk(inner, shape.members[name], f"{path}.{name}")
        elif shape.type_name == "list":
            for inner in value:
                walk(inner, shape.member, f"{path}[]")
        elif shape.type_name == "string":
            assert isinstance(value, str), path
            if shape.enum:
                assert value in shape.enum, f"{path} = {value}"
        elif shape.type_name in ("integer", "long"):
            assert isinstance(value, int), path
        elif shape.type_name == "boolean":
            assert isinstance(value, bool), path
        elif shape.type_name == "timestamp":
            assert hasattr(value, "isoformat"), path

    walk(answer, shape, operation)
    known_on_the_wire(json.loads(_raw[operation]), shape, operation)
    for name in shape.required_members:
        assert name in answer, f"{operation} lacks {name}"
    return answer


# --- STS


def test_sts_knows_who_calls():
    assert sts().get_caller_identity()["Account"] == SHARED
    for account in (EHR, IMAGING, RESEARCH):
        identity = client("sts", account).get_caller_identity()
        assert identity["Account"] == account
        assert ":assumed-role/WardroundReadOnly/" in identity["Arn"]


def test_sts_refuses_a_wrong_external_id_and_an_unknown_role():
    role = f"arn:aws:iam::{EHR}:role/WardroundReadOnly"
    for arguments in (
        {"RoleArn": role, "ExternalId": "wrong-one"},
        {"RoleArn": role},
        {"RoleArn": f"arn:aws:iam::{EHR}:role/Missing", "ExternalId": EXTERNAL_ID},
    ):
        with pytest.raises(ClientError) as error:
            sts().assume_role(RoleSessionName="test", **arguments)
        assert error.value.response["Error"]["Code"] == "AccessDenied"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_expired_and_unknown_keys():
    for key, code in (
        ("AKIAEXPIRED000000000", "ExpiredTokenException"),
        ("ASIA999999999999ABCD", "UnrecognizedClientException"),
        ("NOTAKEYATALL00000000", "UnrecognizedClientException"),
    ):
        hub = boto3.client(
            "securityhub",
            region_name="us-east-1",
            endpoint_url=URL,
            aws_access_key_id=key,
            aws_secret_access_key="x",
        )
        with pytest.raises(ClientError) as error:
            hub.describe_hub()
        assert error.value.response["Error"]["Code"] == code


def test_unsigned_requests_are_refused():
    hub = boto3.client(
        "securityhub",
        region_name="us-east-1",
        endpoint_url=URL,
        config=Config(signature_version=UNSIGNED),
    )
    with pytest.raises(ClientError) as error:
        hub.describe_hub()
    assert error.value.response["Error"]["Code"] == "MissingAuthenticationTokenException"


def test_operations_outside_the_simulation_are_unknown():
    with pytest.raises(ClientError) as error:
        client("securityhub", EHR).describe_standards()
    assert error.value.response["Error"]["Code"] == "UnknownOperationException"
    with pytest.raises(ClientError) as error:
        client("config", EHR).describe_delivery_channels()
    assert error.value.response["Error"]["Code"] == "UnknownOperationException"


# --- Security Hub


def findings(account=EHR, region="us-east-1", **arguments):
    pages = client("securityhub", account, region).get_paginator("get_findings")
    arguments.setdefault("PaginationConfig", {"PageSize": 100})
    return [f for page in pages.paginate(**arguments) for f in page["Findings"]]


def test_hub_and_standards():
    hub = client("securityhub", EHR)
    strict("securityhub", "DescribeHub", hub.describe_hub())
    assert hub.describe_hub()["ControlFindingGenerator"] == "SECURITY_CONTROL"
    answer = strict("securityhub", "GetEnabledStandards", hub.get_enabled_standards())
    assert len(answer["StandardsSubscriptions"]) == 2
    research = client("securityhub", RESEARCH).describe_hub()
    assert research["ControlFindingGenerator"] == "STANDARD_CONTROL"


def test_a_region_without_security_hub_answers_401():
    hub = client("securityhub", RESEARCH, "us-west-2")
    with pytest.raises(hub.exceptions.InvalidAccessException) as error:
        hub.get_findings()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401


def test_findings_fit_the_model_and_come_once_each():
    answer = client("securityhub", EHR).get_findings(MaxResults=100)
    strict("securityhub", "GetFindings", answer)
    everything = findings()
    keys = {(f["Id"], f["ProductArn"]) for f in everything}
    assert len(keys) == len(everything) > 500
    for required in ("SchemaVersion", "GeneratorId", "CreatedAt", "UpdatedAt", "Title", "Resources"):
        assert all(required in f for f in everything)
    assert any("Label" not in f["Severity"] for f in everything)
    assert any("Workflow" not in f for f in everything)
    assert any("Compliance" not in f for f in everything)
    assert any(len(f["Resources"]) > 1 for f in everything)
    assert any("<script>" in f["Title"] for f in everything)
    statuses = {f.get("Compliance", {}).get("Status") for f in everything}
    assert {"PASSED", "FAILED"} <= statuses
    products = {f["ProductName"] for f in everything}
    assert {"Security Hub", "GuardDuty", "Inspector", "IAM Access Analyzer", "Default"} <= products


def test_the_whole_organisation_is_mixed_and_mostly_healthy():
    passed = failed = total = 0
    workflows, forms = set(), set()
    for account in (SHARED, EHR, IMAGING, RESEARCH):
        for region in REGIONS:
            if (account, region) == (RESEARCH, "us-west-2"):
                continue
            for f in findings(account, region):
                total += 1
                if f["ProductName"] != "Security Hub" or f["RecordState"] != "ACTIVE":
                    continue
                passed += f["Compliance"]["Status"] == "PASSED"
                failed += f["Compliance"]["Status"] == "FAILED"
                workflows.add(f.get("Workflow", {}).get("Status"))
                forms.add(f["GeneratorId"].split("/")[0])
    assert 3000 <= total <= 6000
    assert 0.70 <= passed / (passed + failed) <= 0.90
    assert {"NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED"} <= workflows
    assert {"security-control", "aws-foundational-security-best-practices", "pci-dss"} <= forms
    assert any(form.startswith("arn:aws:securityhub:::ruleset") for form in forms)


@pytest.mark.parametrize(
    "attribute, value, read",
    [
        ("ComplianceStatus", "FAILED", lambda f: f.get("Compliance", {}).get("Status")),
        ("RecordState", "ARCHIVED", lambda f: f["RecordState"]),
        ("WorkflowStatus", "NOTIFIED", lambda f: f.get("Workflow", {}).get("Status")),
        ("ProductName", "Inspector", lambda f: f["ProductName"]),
        ("ComplianceSecurityControlId", "S3.8", lambda f: f.get("Compliance", {}).get("SecurityControlId")),
        ("Region", "us-east-1", lambda f: f["Region"]),
        ("AwsAccountId", EHR, lambda f: f["AwsAccountId"]),
    ],
)
def test_filters_choose_exactly_what_matches(attribute, value, read):
    filtered = findings(Filters={attribute: [{"Value": value, "Comparison": "EQUALS"}]})
    expected = {f["Id"] for f in findings() if read(f) == value}
    assert {f["Id"] for f in filtered} == expected != set()


def test_severity_labels_are_derived_where_the_producer_sent_numbers():
    labels = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")
    parts = [findings(Filters={"SeverityLabel": [{"Value": v, "Comparison": "EQUALS"}]}) for v in labels]
    assert sum(map(len, parts)) == len(findings())


def test_updates_are_sorted_and_bounded():
    rising = findings(SortCriteria=[{"Field": "UpdatedAt", "SortOrder": "asc"}])
    times = [f["UpdatedAt"] for f in rising]
    assert times == sorted(times)
    falling = findings(SortCriteria=[{"Field": "UpdatedAt", "SortOrder": "desc"}])
    assert [f["UpdatedAt"] for f in falling] == sorted(times, reverse=True)
    middle = times[len(times) // 2]
    later = findings(Filters={"UpdatedAt": [{"Start": middle, "End": times[-1]}]})
    assert {f["Id"] for f in later} == {f["Id"] for f in rising if f["UpdatedAt"] >= middle}
    recent = findings(
        Filters={"UpdatedAt": [{"DateRange": {"Value": 7, "Unit": "DAYS", "Comparison": "WITHIN"}}]}
    )
    assert 0 < len(recent) < len(rising)


def test_bad_findings_requests():
    hub = client("securityhub", EHR)
    first = hub.get_findings(MaxResults=10)
    wrong = [
        {"NextToken": "made-up"},
        {"NextToken": first["NextToken"], "Filters": {"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]}},
        {"Filters": {"UpdatedAt": [{"Start": "yesterday"}]}},
    ]
    for arguments in wrong:
        with pytest.raises(hub.exceptions.InvalidInputException) as error:
            hub.get_findings(**arguments)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    other = client("securityhub", EHR, "us-east-2")
    with pytest.raises(other.exceptions.InvalidInputException):
        other.get_findings(NextToken=first["NextToken"])


def test_the_research_account_aggregates_ohio():
    hub = client("securityhub", RESEARCH)
    listed = strict("securityhub", "ListFindingAggregators", hub.list_finding_aggregators())
    arn = listed["FindingAggregators"][0]["FindingAggregatorArn"]
    aggregator = hub.get_finding_aggregator(FindingAggregatorArn=arn)
    strict("securityhub", "GetFindingAggregator", aggregator)
    assert aggregator["Regions"] == ["us-east-2"]
    assert {f["Region"] for f in findings(RESEARCH)} == {"us-east-1", "us-east-2"}
    assert client("securityhub", EHR).list_finding_aggregators()["FindingAggregators"] == []
    with pytest.raises(hub.exceptions.ResourceNotFoundException):
        hub.get_finding_aggregator(FindingAggregatorArn=arn + "0")


# --- Config


def test_recorders():
    for account, region, recording, everything in (
        (EHR, "us-east-1", True, True),
        (RESEARCH, "us-east-2", False, True),
        (IMAGING, "us-east-2", True, False),
    ):
        config = client("config", account, region)
        recorders = strict("config", "DescribeConfigurationRecorders", config.describe_configuration_recorders())
        assert recorders["ConfigurationRecorders"][0]["recordingGroup"]["allSupported"] is everything
        status = strict("config", "DescribeConfigurationRecorderStatus", config.describe_configuration_recorder_status())
        assert status["ConfigurationRecordersStatus"][0]["recording"] is recording
    config = client("config", EHR)
    with pytest.raises(config.exceptions.NoSuchConfigurationRecorderException):
        config.describe_configuration_recorders(ConfigurationRecorderNames=["other"])


def pages(service, account, operation, member, region="us-east-1", **arguments):
    paginator = client(service, account, region).get_paginator(operation)
    return [item for page in paginator.paginate(**arguments) for item in page[member]]


def test_rules_are_the_pack_with_suffixes_and_custom_ones():
    config = client("config", EHR)
    strict("config", "DescribeConfigRules", config.describe_config_rules())
    rules = pages("config", EHR, "describe_config_rules", "ConfigRules")
    names = [rule["ConfigRuleName"] for rule in rules]
    assert len(names) == len(set(names))
    pack = [rule for rule in rules if "-conformance-pack-" in rule["ConfigRuleName"]]
    assert len({rule["Source"]["SourceIdentifier"] for rule in pack}) >= 100
    assert any(rule["Source"]["Owner"] == "CUSTOM_LAMBDA" for rule in rules)
    assert any(rule["ConfigRuleName"].startswith("securityhub-") for rule in rules)
    research = pages("config", RESEARCH, "describe_config_rules", "ConfigRules")
    assert any(rule["ConfigRuleName"].startswith("sandbox-") for rule in research)
    with pytest.raises(config.exceptions.NoSuchConfigRuleException):
        config.describe_config_rules(ConfigRuleNames=["not-a-rule"])
    with pytest.raises(config.exceptions.InvalidNextTokenException):
        config.describe_config_rules(NextToken="made-up")


def test_rule_results_agree_with_their_summary():
    config = client("config", EHR)
    summary = {
        row["ConfigRuleName"]: row["Compliance"]["ComplianceType"]
        for row in pages("config", EHR, "describe_compliance_by_config_rule", "ComplianceByConfigRules")
    }
    assert {"COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA"} == set(summary.values())
    strict("config", "DescribeComplianceByConfigRule", config.describe_compliance_by_config_rule())
    status = pages("config", EHR, "describe_config_rule_evaluation_status", "ConfigRulesEvaluationStatus")
    last = {row["ConfigRuleName"]: row.get("LastSuccessfulEvaluationTime") for row in status}
    assert set(last) == set(summary)
    seen = set()
    for name, verdict in list(summary.items())[::4]:
        results = pages(
            "config", EHR, "get_compliance_details_by_config_rule", "EvaluationResults", ConfigRuleName=name
        )
        kinds = {result["ComplianceType"] for result in results}
        seen |= kinds
        assert ("NON_COMPLIANT" in kinds) == (verdict == "NON_COMPLIANT")
        assert all(("Annotation" in r) for r in results if r["ComplianceType"] == "NON_COMPLIANT")
        if results:
            assert max(result["ResultRecordedTime"] for result in results) <= last[name]
        keys = [
            tuple(result["EvaluationResultIdentifier"]["EvaluationResultQualifier"].values())
            for result in results
        ]
        assert len(keys) == len(set(keys))
    assert {"COMPLIANT", "NON_COMPLIANT"} <= seen
    one = config.get_compliance_details_by_config_rule(ConfigRuleName=next(iter(summary)))
    strict("config", "GetComplianceDetailsByConfigRule", one)
    with pytest.raises(config.exceptions.NoSuchConfigRuleException):
        config.get_compliance_details_by_config_rule(ConfigRuleName="not-a-rule")


def test_the_conformance_pack():
    config = client("config", EHR)
    packs = strict("config", "DescribeConformancePacks", config.describe_conformance_packs())
    assert [pack["ConformancePackName"] for pack in packs["ConformancePackDetails"]] == [PACK]
    assert client("config", RESEARCH).describe_conformance_packs()["ConformancePackDetails"] == []
    compliance = config.describe_conformance_pack_compliance(ConformancePackName=PACK, Limit=1000)
    strict("config", "DescribeConformancePackCompliance", compliance)
    assert len(compliance["ConformancePackRuleComplianceList"]) >= 100
    details = config.get_conformance_pack_compliance_details(
        ConformancePackName=PACK, Filters={"ComplianceType": "NON_COMPLIANT"}, Limit=100
    )
    strict("config", "GetConformancePackComplianceDetails", details)
    assert details["ConformancePackRuleEvaluationResults"]
    with pytest.raises(config.exceptions.NoSuchConformancePackException):
        config.describe_conformance_pack_compliance(ConformancePackName="other")
    with pytest.raises(config.exceptions.InvalidLimitException):
        config.get_conformance_pack_compliance_details(ConformancePackName=PACK, Limit=101)


def select(expression, account=EHR, region="us-east-1"):
    rows = pages("config", account, "select_resource_config", "Results", region, Expression=expression)
    return [json.loads(row) for row in rows]


def test_the_inventory_can_be_queried():
    counts = select("SELECT resourceType, COUNT(*) GROUP BY resourceType")
    by_type = {row["resourceType"]: row["COUNT(*)"] for row in counts}
    for kind in ("S3::Bucket", "EC2::Volume", "EC2::Instance", "EC2::VPC", "RDS::DBInstance", "KMS::Key",
                 "CloudTrail::Trail", "IAM::User", "DynamoDB::Table", "EFS::FileSystem", "SQS::Queue",
                 "SNS::Topic", "Kinesis::Stream", "OpenSearch::Domain", "Elasticsearch::Domain",
                 "Redshift::Cluster", "Lambda::Function", "AppRunner::Service", "Backup::RecoveryPoint",
                 "Config::ResourceCompliance"):
        assert by_type[f"AWS::{kind}"] > 0, kind
    buckets = select("SELECT resourceId, resourceType WHERE resourceType = 'AWS::S3::Bucket'")
    assert len(buckets) == by_type["AWS::S3::Bucket"]
    whole = select("SELECT * WHERE resourceType = 'AWS::S3::Bucket'")
    assert "configuration" not in whole[0] and whole[0]["arn"].startswith("arn:aws:s3:::")


def test_rows_nest_as_their_paths_do():
    volumes = select(
        "SELECT resourceId, configuration.encrypted, configuration.size, configuration.state.value, "
        "configuration.attachments.instanceId WHERE resourceType = 'AWS::EC2::Volume' "
        "ORDER BY configuration.size DESC"
    )
    sizes = [row["configuration"]["size"] for row in volumes]
    assert all(isinstance(size, float) for size in sizes) and sizes == sorted(sizes, reverse=True)
    used = [row["configuration"] for row in volumes if row["configuration"]["state"] == {"value": "in-use"}]
    assert used[0]["attachments"][0]["instanceId"].startswith("i-")
    queues = select("SELECT configuration.SqsManagedSseEnabled WHERE resourceType = 'AWS::SQS::Queue'")
    assert {row["configuration"]["SqsManagedSseEnabled"] for row in queues} <= {"true", "false"}
    phi = select("SELECT arn, tags WHERE resourceType = 'AWS::S3::Bucket' AND tags.tag = 'DataClass=PHI'")
    assert phi and {"key": "DataClass", "value": "PHI", "tag": "DataClass=PHI"} in phi[0]["tags"]


def test_conditions():
    all_volumes = len(select("SELECT resourceId WHERE resourceType = 'AWS::EC2::Volume'"))
    for positive, negative in (
        ("configuration.encrypted = true", "NOT configuration.encrypted = true"),
        ("configuration.size BETWEEN 40 AND 120", "(configuration.size < 40 OR configuration.size > 120)"),
        ("configuration.size IN (8, 50)", "configuration.size NOT IN (8, 50)"),
        ("configuration.size >= 100", "configuration.size < 100"),
        ("configuration.size <> 8", "configuration.size = 8"),
        ("resourceId LIKE 'vol-0%'", "NOT resourceId LIKE 'vol-0%'"),
    ):
        parts = [
            len(select(f"SELECT resourceId WHERE resourceType = 'AWS::EC2::Volume' AND {condition}"))
            for condition in (positive, negative)
        ]
        assert sum(parts) == all_volumes, positive


def test_bad_expressions_are_refused():
    config = client("config", EHR)
    for expression in (
        "SELECT",
        "SELECT resourceId FROM resources",
        "SELECT DISTINCT resourceId",
        "SELECT resourceId WHERE resourceId LIKE '%x'",
        "SELECT resourceId WHERE resourceId = NULL",
        "SELECT resourceId WHERE resourceId 'x'",
        "DELETE resourceId",
    ):
        with pytest.raises(config.exceptions.InvalidExpressionException):
            config.select_resource_config(Expression=expression)
    with pytest.raises(config.exceptions.InvalidLimitException):
        config.select_resource_config(Expression="SELECT resourceId", Limit=101)


def test_inventory_rule_and_control_agree():
    """A bucket without default encryption shows it in its item, its rule and its control."""
    disagreements = checked = 0
    for account in (SHARED, EHR, IMAGING):
        plain = {
            row["resourceName"]
            for row in select(
                "SELECT resourceName, supplementaryConfiguration.ServerSideEncryptionConfiguration "
                "WHERE resourceType = 'AWS::S3::Bucket'",
                account,
            )
            if not row.get("supplementaryConfiguration")
        }
        rules = pages("config", account, "describe_config_rules", "ConfigRules")
        rule = next(
            r["ConfigRuleName"] for r in rules
            if r["Source"]["SourceIdentifier"] == "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"
        )
        results = pages(
            "config", account, "get_compliance_details_by_config_rule", "EvaluationResults", ConfigRuleName=rule
        )
        verdicts = {
            r["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: r["ComplianceType"]
            for r in results
        }
        controls = {
            f["Resources"][0]["Id"].rsplit(":", 1)[1]: f["Compliance"]["Status"]
            for f in findings(account, Filters={
                "ComplianceSecurityControlId": [{"Value": "S3.4", "Comparison": "EQUALS"}],
                "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
            })
        }
        for bucket, verdict in verdicts.items():
            if verdict in ("COMPLIANT", "NON_COMPLIANT"):
                checked += 1
                failing = bucket in plain
                disagreements += (verdict == "NON_COMPLIANT") != failing
                disagreements += (controls[bucket] == "FAILED") != failing
    assert checked > 20 and disagreements == 0


def test_an_incomplete_recorder_shows_what_it_records_alone():
    kinds = {row["resourceType"] for row in select("SELECT resourceType", IMAGING, "us-east-2")}
    assert "AWS::S3::Bucket" in kinds and "AWS::SQS::Queue" not in kinds


# --- GuardDuty


def detector(account, region="us-east-1"):
    guard = client("guardduty", account, region)
    ids = strict("guardduty", "ListDetectors", guard.list_detectors())["DetectorIds"]
    return guard, ids


def test_detectors_and_their_absence():
    guard, ids = detector(EHR)
    answer = strict("guardduty", "GetDetector", guard.get_detector(DetectorId=ids[0]))
    assert answer["Status"] == "ENABLED" and answer["Features"]
    assert detector(IMAGING, "us-west-2")[1] == []
    guard, ids = detector(RESEARCH, "us-west-2")
    assert guard.get_detector(DetectorId=ids[0])["Status"] == "DISABLED"
    with pytest.raises(guard.exceptions.BadRequestException):
        guard.get_detector(DetectorId="0" * 32)


def all_guard(account, region="us-east-1", criterion=None):
    guard, ids = detector(account, region)
    arguments = {"FindingCriteria": {"Criterion": criterion}} if criterion else {}
    listed = [
        finding
        for page in guard.get_paginator("list_findings").paginate(
            DetectorId=ids[0],
            SortCriteria={"AttributeName": "updatedAt", "OrderBy": "ASC"},
            PaginationConfig={"PageSize": 7},
            **arguments,
        )
        for finding in page["FindingIds"]
    ]
    found = []
    for start in range(0, len(listed), 50):
        answer = guard.get_findings(DetectorId=ids[0], FindingIds=listed[start : start + 50])
        found += strict("guardduty", "GetFindings", answer)["Findings"]
    assert {f["Id"] for f in found} == set(listed)
    return found


def test_guardduty_findings():
    found = [f for account in (SHARED, EHR, IMAGING, RESEARCH) for f in all_guard(account)]
    assert len({f["Type"] for f in found}) >= 10
    stealth = [f for f in found if f["Type"] == "Stealth:IAMUser/CloudTrailLoggingDisabled"]
    assert stealth and stealth[0]["Severity"] == 2.0
    assert any(f["Service"]["Archived"] for f in found)
    assert any(f["Title"].startswith("[SAMPLE]") for f in found)
    open_ones = all_guard(EHR, criterion={"service.archived": {"Equals": ["false"]}})
    assert open_ones and not any(f["Service"]["Archived"] for f in open_ones)


def test_guardduty_increments_by_update_time():
    everything = all_guard(EHR)
    times = sorted(f["UpdatedAt"] for f in everything)
    middle = times[len(times) // 2]
    stamp = time.strptime(middle[:19], "%Y-%m-%dT%H:%M:%S")
    milliseconds = calendar.timegm(stamp) * 1000 + int(middle[20:23])
    later = all_guard(EHR, criterion={"updatedAt": {"GreaterThanOrEqual": milliseconds}})
    assert {f["Id"] for f in later} == {f["Id"] for f in everything if f["UpdatedAt"] >= middle}
    guard, ids = detector(EHR)
    for arguments in (
        {"NextToken": "made-up"},
        {"FindingCriteria": {"Criterion": {"nonsense": {"Equals": ["x"]}}}},
    ):
        with pytest.raises(guard.exceptions.BadRequestException):
            guard.list_findings(DetectorId=ids[0], **arguments)


# --- Backup


def test_vaults():
    backup = client("backup", EHR)
    listed = strict("backup", "ListBackupVaults", backup.list_backup_vaults())["BackupVaultList"]
    locked = {vault["BackupVaultName"]: vault["Locked"] for vault in listed}
    assert locked == {"clinical-vault": True, "Default": False}
    vault = strict("backup", "DescribeBackupVault", backup.describe_backup_vault(BackupVaultName="clinical-vault"))
    assert vault["MinRetentionDays"] == 7 and vault["LockDate"]
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.describe_backup_vault(BackupVaultName="other")


def test_plans():
    backup = client("backup", EHR)
    plans = strict("backup", "ListBackupPlans", backup.list_backup_plans())["BackupPlansList"]
    plan = strict("backup", "GetBackupPlan", backup.get_backup_plan(BackupPlanId=plans[0]["BackupPlanId"]))
    rule = plan["BackupPlan"]["Rules"][0]
    assert rule["CopyActions"][0]["DestinationBackupVaultArn"].split(":")[3] == "us-west-2"
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_backup_plan(BackupPlanId="00000000-0000-4000-8000-000000000000")


def test_recovery_points():
    points = pages(
        "backup", EHR, "list_recovery_points_by_backup_vault", "RecoveryPoints",
        BackupVaultName="clinical-vault", PaginationConfig={"PageSize": 250},
    )
    assert len({p["RecoveryPointArn"] for p in points}) == len(points) > 150
    assert {p["IsEncrypted"] for p in points} == {True, False}
    backup = client("backup", EHR)
    answer = backup.list_recovery_points_by_backup_vault(BackupVaultName="clinical-vault", MaxResults=50)
    strict("backup", "ListRecoveryPointsByBackupVault", answer)
    away = pages(
        "backup", EHR, "list_recovery_points_by_backup_vault", "RecoveryPoints", "us-west-2",
        BackupVaultName="clinical-vault",
    )
    copied = [p for p in away if "SourceBackupVaultArn" in p]
    assert copied and {p["SourceBackupVaultArn"].split(":")[3] for p in copied} >= {"us-east-1"}


def test_jobs_in_every_state():
    jobs = []
    for hour in range(24):
        # Whatever the time of day, some hour of it has jobs under way.
        control("clock", {"now_ms": int(time.time() * 1000) + hour * 3_600_000})
        for account in (EHR, IMAGING):
            jobs += pages("backup", account, "list_backup_jobs", "BackupJobs")
    control("clock", {"now_ms": None})
    assert all(isinstance(job["PercentDone"], str) for job in jobs)
    assert {"COMPLETED", "FAILED", "EXPIRED", "ABORTED", "PARTIAL", "RUNNING"} <= {j["State"] for j in jobs}
    backup = client("backup", EHR)
    strict("backup", "ListBackupJobs", backup.list_backup_jobs(MaxResults=1000))
    failed = backup.list_backup_jobs(ByState="FAILED")["BackupJobs"]
    assert failed and {job["State"] for job in failed} == {"FAILED"}
    since = int(time.time()) - 2 * 86400
    recent = pages("backup", EHR, "list_backup_jobs", "BackupJobs", ByCreatedAfter=since)
    assert recent and min(job["CreationDate"].timestamp() for job in recent) >= since


def test_copy_jobs_and_where_they_are_denied():
    backup = client("backup", EHR)
    copies = strict("backup", "ListCopyJobs", backup.list_copy_jobs())["CopyJobs"]
    assert {"COMPLETED", "FAILED"} <= {copy["State"] for copy in copies}
    assert all(copy["DestinationBackupVaultArn"].split(":")[3] != "us-east-1" for copy in copies)
    with pytest.raises(ClientError) as error:
        client("backup", SHARED, "us-west-2").list_copy_jobs()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "backup:ListCopyJobs" in error.value.response["Error"]["Message"]
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_restores_and_their_tests():
    backup = client("backup", EHR)
    plans = strict("backup", "ListRestoreTestingPlans", backup.list_restore_testing_plans())
    plan = plans["RestoreTestingPlans"][0]
    selections = backup.list_restore_testing_selections(RestoreTestingPlanName=plan["RestoreTestingPlanName"])
    strict("backup", "ListRestoreTestingSelections", selections)
    assert len(selections["RestoreTestingSelections"]) == 3
    jobs = pages(
        "backup", EHR, "list_restore_jobs", "RestoreJobs", ByRestoreTestingPlanArn=plan["RestoreTestingPlanArn"]
    )
    assert any(job.get("ValidationStatus") == "SUCCESSFUL" for job in jobs)
    strict("backup", "ListRestoreJobs", backup.list_restore_jobs())
    failing = pages("backup", SHARED, "list_restore_jobs", "RestoreJobs")
    assert {job.get("ValidationStatus") for job in failing} & {"FAILED"}
    assert "SUCCESSFUL" not in {job.get("ValidationStatus") for job in failing}


def test_protected_resources():
    backup = client("backup", EHR)
    answer = strict("backup", "ListProtectedResources", backup.list_protected_resources())
    assert {"EBS", "RDS", "DynamoDB"} <= {r["ResourceType"] for r in answer["Results"]}


# --- CloudTrail


def looked_up(account, region="us-east-1", **arguments):
    """Events as listed, and the records within them."""
    trail = client("cloudtrail", account, region)
    events = []
    arguments.setdefault("PaginationConfig", {"PageSize": 50})
    for page in trail.get_paginator("lookup_events").paginate(**arguments):
        events += strict("cloudtrail", "LookupEvents", page)["Events"]
    return events, [json.loads(event["CloudTrailEvent"]) for event in events]


def by_name(value):
    return [{"AttributeKey": "EventName", "AttributeValue": value}]


def test_trails_cover_the_organisation():
    trail = client("cloudtrail", RESEARCH, "us-west-2")
    trails = strict("cloudtrail", "DescribeTrails", trail.describe_trails())["trailList"]
    assert {t["HomeRegion"] for t in trails} == {"us-east-1"}
    assert sorted(t["IsOrganizationTrail"] for t in trails) == [False, True]
    assert trail.describe_trails(includeShadowTrails=False)["trailList"] == []
    for one in trails:
        status = trail.get_trail_status(Name=one["TrailARN"])
        strict("cloudtrail", "GetTrailStatus", status)
        assert status["IsLogging"] == one["IsOrganizationTrail"]
        chosen = trail.get_event_selectors(TrailName=one["TrailARN"])
        strict("cloudtrail", "GetEventSelectors", chosen)
    with pytest.raises(trail.exceptions.TrailNotFoundException):
        trail.get_trail_status(Name="nothing-of-this-name")


def test_sign_ins_are_listed_newest_first_and_once_each():
    events, records = looked_up(EHR, LookupAttributes=by_name("ConsoleLogin"))
    times = [event["EventTime"] for event in events]
    assert times == sorted(times, reverse=True) and len(events) > 100
    assert len({event["EventId"] for event in events}) == len(events)
    for event, record in zip(events, records):
        assert event["EventId"] == record["eventID"]
        assert event["EventName"] == record["eventName"] == "ConsoleLogin"
        assert record["recipientAccountId"] == EHR
        failed = record["responseElements"]["ConsoleLogin"] == "Failure"
        assert failed == ("errorMessage" in record)
    messages = {record.get("errorMessage") for record in records}
    assert messages == {None, "Failed authentication", "No username found in supplied account"}
    assert {record["userIdentity"]["type"] for record in records} == {"IAMUser", "AssumedRole", "Root"}


def test_a_window_of_events_is_part_of_the_whole():
    # The simulation's day began before this run did, and its events appear late.
    end = time.time() - 3600
    start = end - 6 * 3600
    events, records = looked_up(EHR, StartTime=start, EndTime=end)
    assert events and all(start <= e["EventTime"].timestamp() <= end for e in events)
    assert any("errorCode" in record for record in records)
    later, _ = looked_up(EHR, StartTime=end - 3600, EndTime=end)
    assert {e["EventId"] for e in later} == {
        e["EventId"] for e in events if e["EventTime"].timestamp() >= end - 3600
    }
    small, _ = looked_up(EHR, StartTime=start, EndTime=end, PaginationConfig={"PageSize": 7})
    assert [e["EventId"] for e in small] == [e["EventId"] for e in events]


def test_bad_lookups():
    trail = client("cloudtrail", EHR)
    for arguments, wrong in (
        ({"NextToken": "made-up"}, trail.exceptions.InvalidNextTokenException),
        ({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}, trail.exceptions.InvalidTimeRangeException),
        (
            {"LookupAttributes": by_name("ConsoleLogin") + by_name("AssumeRole")},
            trail.exceptions.InvalidLookupAttributesException,
        ),
    ):
        with pytest.raises(wrong):
            trail.lookup_events(**arguments)


# --- time, faults, counts


def test_time_moves_and_incremental_pulls_see_it():
    now = int(time.time() * 1000)
    control("clock", {"now_ms": now})
    before = {f["Id"]: f for f in findings()}
    control("clock", {"now_ms": now + 86_400_000})
    start = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now / 1000))
    changed = {f["Id"]: f for f in findings(Filters={"UpdatedAt": [{"Start": start}]})}
    after = {f["Id"]: f for f in findings()}
    assert changed
    for key, finding in after.items():
        known = before.get(key)
        same = known and all(
            known.get(member) == finding.get(member)
            for member in ("Compliance", "Workflow", "RecordState", "UpdatedAt")
        )
        assert same or key in changed, key


def test_throttling_is_retried_by_the_sdk():
    control("faults", [{"service": "securityhub", "operation": "DescribeHub", "times": 2, "fault": "throttle"}])
    assert client("securityhub", EHR).describe_hub()["HubArn"]


@pytest.mark.parametrize(
    "fault, code",
    [
        ("throttle", "ThrottlingException"),
        ("denied", "AccessDeniedException"),
        ("bad-token", "InvalidNextTokenException"),
        ("clock-skew", "InvalidSignatureException"),
    ],
)
def test_faults_have_the_services_own_codes(fault, code):
    control("faults", [{"service": "config", "times": 9, "fault": fault}])
    with pytest.raises(ClientError) as error:
        client("config", EHR, config=ONCE).describe_config_rules()
    assert error.value.response["Error"]["Code"] == code


def test_an_answer_that_never_comes():
    control("faults", [{"service": "config", "times": 9, "fault": "hang"}])
    with pytest.raises(ReadTimeoutError):
        client("config", EHR, config=ONCE).describe_config_rules()


def test_calls_are_counted():
    client("guardduty", IMAGING, "us-east-2").list_detectors()
    counted = control("calls")["calls"]
    key = {"service": "guardduty", "operation": "ListDetectors", "account": IMAGING, "region": "us-east-2"}
    assert any(all(row[name] == value for name, value in key.items()) and row["calls"] > 0 for row in counted)
