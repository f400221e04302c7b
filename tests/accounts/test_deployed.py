"""A new account ends with its keys; a suspended one keeps its own while the others are deployed.

The keys are for every purpose that is switched on and two of the owner's own, in two regions: proven, deployed, tried,
planned again without a change, and each found broken where its policy lacks what its service needs.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3

from baseline.purposes import PURPOSES
from deployment.mirror import Mirror, provider_environment
from live.probes import probe_key
from operations.project import Project
from tests.accounts.conftest import Office
from tests.conftest import COMMAND, EVERYWHERE
from tests.deployed.deployment import rows

OPTIONAL = [name for name, purpose in PURPOSES.items() if purpose.optional]
LAKE = {
    "title": "Data lake objects",
    "through": [
        {"service": "s3", "may": "use", "context": {"aws:s3:arn": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]}},
        {"service": "dynamodb", "may": "use", "grants": True, "regions": "enabled"},
    ],
    "services": [{"principal": "delivery.logs", "may": "use", "source_account": "own"}],
    "users": ["role/Analysts"],
}
ORDERS = {
    "title": "Orders",
    "through": [{"service": "sqs", "may": "publish"}, {"service": "secretsmanager", "may": "use"}],
}
KEYS = {
    "purposes": {**dict.fromkeys(OPTIONAL, True), **dict.fromkeys(EVERYWHERE, False)},
    "custom": {"data-lake": LAKE, "orders": ORDERS},
}
THERE = sorted([*OPTIONAL, "custom-data-lake", "custom-orders"])
SELECT = (
    {"ou": "/Workloads/Prod"},
    {"ou": "/Workloads/Test", "home_region": "us-east-1", "regions": ["us-east-1"]},
)
LOOK_ONLY = {"rds", "lambda"}
"""Their probes look at what there is, and there is nothing."""


def deploy(office: Office, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(COMMAND), "deploy", "--yes"], cwd=office.folder, env=variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done


def test_an_account_comes_and_another_is_suspended(office: Office, provider_mirror: Mirror, tmp_path: Path) -> None:
    variables = provider_environment(provider_mirror, tmp_path, office.variables)
    said: Mapping[str, Any] = {"keys": KEYS, "deployment": {"publish_parameters": False}}
    office.configure(SELECT[0], **said)
    first = office.create("First", "/Workloads/Prod")
    office.record()
    office.let_in(first)
    deploy(office, variables)

    second = office.create("Second", "/Workloads/Test")
    assert [difference[:2] for difference in office.differences()] == [(second, "new")]
    office.record()
    office.configure(*SELECT, **said)
    office.let_in(second)
    done = deploy(office, variables)
    assert rows(done.stdout) == {"first": [0, 0, 0, 0, 0], "second": [2 * len(THERE), 0, 0, 0, 0]}
    live = json.loads(office.run("keys", "--live", "--format", "json").stdout)
    assert [(key["account_id"], key["purpose"]) for key in live] == [
        (id, name) for id in (first, second) for name in THERE
    ]
    proven = office.run("prove")
    assert re.search(rf"^{len(live)} keys, (\d+) verdicts: \1 holds$", proven.stdout + proven.stderr, re.MULTILINE)
    for place in (("first", "eu-west-2"), ("second", "us-east-1")):
        tried = office.run("probe", *place, "--yes", "--format", "json")
        probes = json.loads(tried.stdout)["probes"]
        assert [probe["problem"] for probe in probes] == [""] * (len(THERE) + 1), probes  # one key is tried twice
        assert (
            "the custom-data-lake key is not tried through s3 (its context names what no probe makes)" in tried.stderr
        )
    assert found_broken(office, second, "us-east-1") == set(THERE) - LOOK_ONLY

    office.client.close_account(AccountId=first)
    office.record()
    tagged = {"home_region": "eu-west-2", "regions": ["eu-west-2"], "tags": {"team": "a"}}
    office.configure(*SELECT, organization=tagged, **said)
    lock = (office.folder / "organization.lock.json").read_text()
    done = deploy(office, variables)
    assert f"note: first ({first}) is SUSPENDED" in done.stderr
    assert "first" not in done.stdout
    # Of a second plan only the tags are left: on keys, which aliases have none of.
    assert rows(done.stdout) == {"second": [0, len(THERE), 0, 0, 0]}
    assert (office.folder / "organization.lock.json").read_text() == lock


def found_broken(office: Office, account: str, region: str) -> set[str]:
    """The purposes whose keys the embedded AWS refuses while their policies lack what the purpose gives."""
    inventory = Project(office.folder / "organization.yaml").inventory
    session = _session(office, account, region)
    kms = session.client("kms", endpoint_url=office.url)
    found = set()
    for key in (key for key in inventory.keys if key.account_id == account):
        purpose = inventory.organization.purposes[key.purpose]
        sids = {permission.sid for permission in purpose.permissions}
        lacking = replace(key.policy, statements=tuple(s for s in key.policy.statements if s.sid not in sids))
        made = kms.describe_key(KeyId=key.alias)["KeyMetadata"]["KeyId"]
        kms.put_key_policy(KeyId=made, Policy=lacking.render())
        if all(outcome.problem for outcome in probe_key(key, purpose, False, session, office.url)):
            found.add(key.purpose)
        kms.put_key_policy(KeyId=made, Policy=key.policy.render())
    return found


def _session(office: Office, account: str, region: str) -> boto3.Session:
    """A session in an account, by its deployment role."""
    own = {name.lower(): office.variables[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    sts = boto3.client("sts", region_name=region, endpoint_url=office.url, **own)
    role = f"arn:aws:iam::{account}:role/kms-baseline-deploy"
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region)
