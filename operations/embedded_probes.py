"""Probes that only the embedded AWS allows: services act in their own name, and an instance costs nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from secrets import token_hex
from typing import Any

import boto3

from baseline.features.feature import Part
from baseline.iam.arns import Arn
from baseline.inventory import Inventory
from live.probe_kinds import ProbeFailed
from live.probes import ProbeOutcome, attempted
from sandbox.pages import ask


def embedded_probes(
    inventory: Inventory, account_id: str, region: str, session: boto3.Session, url: str
) -> Iterator[ProbeOutcome]:
    """Every service publishes to every topic, an instance starts, the trail delivers, and the rule remediates."""
    for stack in inventory.stacks:
        for part in stack.parts:
            if (part.site.account_id, part.site.region) == (account_id, region):
                for what, probe in _of_part(inventory, part, session, url):
                    yield attempted(part.site.account, part.site.region, what, probe)


Probe = Callable[[], None]


def _of_part(inventory: Inventory, part: Part, session: boto3.Session, url: str) -> Iterator[tuple[str, Probe]]:
    site = part.site
    for topic, service in part.publications():
        yield f"{service} publishes to {Arn.parse(topic).resource}", partial(_publish, url, topic, service)
    if site.feature == "ebs_default_encryption":
        yield "start an instance", partial(_instance, session, site.region, url)
    if site.feature == "cloudtrail":
        trail = site.arn("cloudtrail", f"trail/{site.namespace}")
        yield "CloudTrail delivers a log file", partial(_accepted, url, "/sandbox/deliver", {"trail_arn": trail})
    account = next(a for a in inventory.organization.accounts if a.id == site.account_id)
    if site.feature == "log_group_encryption":
        automatic = getattr(account.features[site.feature].settings, "remediation", "") == "automatic"
        what = "a log group without a key is " + ("found and encrypted" if automatic else "found")
        yield what, partial(_clear_log_group, session, part, url, automatic)


def _accepted(url: str, page: str, values: Mapping[str, Any]) -> None:
    """Ask a page to let a service act. Raises ProbeFailed with AWS's words and the condition that failed."""
    answer = ask(url, "POST", page, json.dumps(values))
    if not answer["delivered"]:
        raise ProbeFailed(f"{answer['code']}: {answer['message']} {answer['note']}".strip())


def _publish(url: str, topic: str, service: str) -> None:
    _accepted(url, "/sandbox/publish-as", {"service": service, "topic_arn": topic})


def _instance(session: boto3.Session, region: str, url: str) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html"""
    ec2 = session.client("ec2", region_name=region, endpoint_url=url)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    [instance] = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")["Instances"]
    [found] = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"]
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    if found["State"]["Name"] not in ("pending", "running"):
        raise ProbeFailed(found.get("StateReason", {}).get("Message", "the instance ended"))


def _clear_log_group(session: boto3.Session, part: Part, url: str, automatic: bool) -> None:
    site = part.site
    logs = session.client("logs", region_name=site.region, endpoint_url=url)
    name = f"probe-{token_hex(4)}"
    logs.create_log_group(logGroupName=name)
    try:
        where = {"account_id": site.account_id, "region": site.region}
        found = [each for each in ask(url, "POST", "/sandbox/evaluate", json.dumps(where)) if each["group"] == name]
        if not found or found[0]["compliance"] != "NON_COMPLIANT":
            raise ProbeFailed("the rule did not find it")
        [group] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        if automatic and not group.get("kmsKeyId"):
            raise ProbeFailed(found[0]["message"] or "it was not encrypted")
    finally:
        logs.delete_log_group(logGroupName=name)
