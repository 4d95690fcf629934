"""SNS, with moto as AWS: what is published arrives in a queue that subscribed."""

import json

import boto3
import pytest

from running import moto
from sending import notice, send

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with moto(tmp_path_factory.mktemp("moto") / "record") as url:
        yield url


def clients(url):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return (
        boto3.client(name, endpoint_url=url, region_name="us-east-1", **keys)
        for name in ("sns", "sqs")
    )


def subscribed(url, name):
    """A topic and the queue that it feeds; both keep the order if the name says so."""
    sns, sqs = clients(url)
    ordered = name.endswith(".fifo")
    of_topic = {"FifoTopic": "true"} if ordered else {}
    of_queue = {"FifoQueue": "true"} if ordered else {}
    topic = sns.create_topic(Name=name, Attributes=of_topic)["TopicArn"]
    queue = sqs.create_queue(QueueName=name, Attributes=of_queue)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return {"kind": "sns", "topic_arn": topic}, lambda: received(sqs, queue)


def received(sqs, queue):
    found = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def test_a_subscriber_gets_subject_text_and_attributes(aws):
    channel, inbox = subscribed(aws, "pages")
    assert send(channel, aws_endpoint=aws)["outcome"] == "delivered"
    (message,) = inbox()
    assert message["Subject"].isascii() and len(message["Subject"]) < 100
    assert message["Subject"].startswith("[CRITICAL] Incident 12: Public bucket holds PHI - ")
    assert "https://wardround.clinic.example/incidents/12" in message["Message"]
    attributes = {name: value["Value"] for name, value in message["MessageAttributes"].items()}
    assert attributes == {"class": "page-phi", "severity": "critical", "event": "trigger"}


def test_programs_get_json(aws):
    channel, inbox = subscribed(aws, "programs")
    assert send({**channel, "structure": "json"}, aws_endpoint=aws)["outcome"] == "delivered"
    (message,) = inbox()
    body = json.loads(message["Message"])
    assert body["dedup_key"] == "wardround:7f3a:inc:12" and body["rules"] == ["s3-public", "macie-phi"]


def test_a_fifo_topic_drops_the_second_delivery(aws):
    channel, inbox = subscribed(aws, "ordered.fifo")
    said = notice()
    for _ in range(2):
        assert send(channel, said, aws_endpoint=aws)["outcome"] == "delivered"
    assert send(channel, notice("resolved", "all-resolved"), aws_endpoint=aws)["outcome"] == "delivered"
    subjects = [message["Subject"] for message in inbox()]
    assert [subject.split("]")[0] for subject in subjects] == ["[CRITICAL", "[RESOLVED"]


def test_a_topic_that_is_not_there_is_refused(aws):
    channel = {"kind": "sns", "topic_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:nowhere"}
    answer = send(channel, aws_endpoint=aws)
    assert answer["outcome"] == "refused" and "no such topic" in answer["why"], answer
    assert send(channel, check=True, aws_endpoint=aws)["check"] == "unreachable"


def test_checking_publishes_nothing(aws):
    channel, inbox = subscribed(aws, "checked")
    found = send(channel, check=True, aws_endpoint=aws)
    # moto counts no subscriptions.
    assert found["check"] == "reachable" and found["found"].startswith("the topic is there")
    assert inbox() == []
