"""`kms-baseline prove`, as a person runs it."""

import json
import os
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from baseline.property_names import PROPERTY_NAMES
from tests.conftest import EVERYWHERE, KEYS_OF_THE_SAMPLE, SAMPLE, Run
from tests.organizations import account, organization, text

HOLE = {
    "Sid": "AuditorsDecrypt",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:role/Auditor"},
    "Action": "kms:Decrypt",
}
FAILING = {"no-foreign-principal", "nobody-else-directly", "only-through-the-service"}
SNS_HOLE = {"keys": {"purposes": {"sns": {"statements": [HOLE]}}}}


def write(folder: Path, **sections: Any) -> None:
    data = organization(account("data", "033333333333"), **sections)
    data["deployment"] = {"role": "kms-baseline-deploy"}
    (folder / "organization.yaml").write_text(text(data), encoding="utf-8")


def test_every_property_of_the_sample_holds_and_the_assumptions_are_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    result = run("prove")
    assert result.returncode == 0, result.stderr
    assert all(f"\n  A{number} " in result.stdout for number in range(1, 7))
    assert f"{KEYS_OF_THE_SAMPLE} keys" in result.stderr
    assert " holds" in result.stderr
    assert "fails" not in result.stderr


def test_a_hole_is_shown_with_a_request_and_the_statement_and_exits_1(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **SNS_HOLE)
    result = run("prove", "--purpose", "sns", "--region", "eu-west-2")
    assert result.returncode == 1
    assert "FAILS  no-foreign-principal   data / eu-west-2 / sns" in result.stdout
    assert "  principal  role/Auditor of 999988887777 (any session)" in result.stdout
    assert "  action     kms:Decrypt" in result.stdout
    assert '  decision   allowed directly by statement "AuditorsDecrypt"; no deny matches' in result.stdout


def test_the_same_hole_elsewhere_is_not_told_twice(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **SNS_HOLE)
    result = run("prove", "--purpose", "sns")
    assert result.stdout.count("FAILS  no-foreign-principal") == 1
    assert "  same in    data/us-east-1" in result.stdout


def test_json_has_every_verdict_with_its_policy_and_the_confirmed_request(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **SNS_HOLE)
    data = json.loads(run("prove", "--format", "json").stdout)
    failing = [each for each in data["verdicts"] if each["verdict"] == "fails"]
    first = next(each for each in failing if each["property"] == "no-foreign-principal")
    assert first["policy"]["purpose"] == "sns"
    assert len(first["policy"]["sha256"]) == 64
    assert first["request"] == {
        "principal": {
            "kind": "iam",
            "arn": "arn:aws:iam::999988887777:role/Auditor",
            "session": "",
            "account": "999988887777",
        },
        "action": "kms:Decrypt",
        "context": {},
    }
    assert first["decision"]["sid"] == "AuditorsDecrypt"
    assert first["confirmed"] is True
    assert {each["verdict"] for each in data["verdicts"]} == {"holds", "fails"}
    assert set(data["assumptions"]) == {"A1", "A2", "A3", "A4", "A5", "A6"}


UNDECIDED = {
    "Sid": "Words",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::033333333333:root"},
    "Action": "kms:Decrypt",
    "Condition": {
        "ForAnyValue:StringLike": {"kms:EncryptionContextKeys": [f"*{letter}*" for letter in "abcdefgh"]},
    },
}


def test_what_is_not_decided_exits_4_and_does_not_count_as_holding(run: Run, tmp_path: Path) -> None:
    write(tmp_path, keys={"purposes": {"sns": {"statements": [UNDECIDED]}}})
    result = run("prove", "--purpose", "sns")
    assert result.returncode == 4, result.stderr
    assert "because    more than 8 kinds of values on `kms:EncryptionContextKeys`" in result.stdout
    assert "holds" not in result.stderr


def test_a_denied_root_user_is_told_by_the_statement_that_denies(run: Run, tmp_path: Path) -> None:
    lockout = {"Sid": "Lockout", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "kms:PutKeyPolicy"}
    write(tmp_path, keys={"purposes": {"ebs": {"statements": [lockout]}}})
    result = run("prove", "--purpose", "ebs")
    assert result.returncode == 1
    assert "FAILS  no-lockout" in result.stdout
    assert '  decision   denied by statement "Lockout"' in result.stdout


@pytest.mark.parametrize("option", ["--account", "--region", "--purpose"])
def test_an_unknown_filter_is_a_mistake(run: Run, tmp_path: Path, option: str) -> None:
    write(tmp_path)
    assert run("prove", option, "nowhere").returncode == 2


def test_proving_the_sample_takes_about_a_second(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    before = os.times()
    started = time.monotonic()
    run("prove")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 2.5, f"{spent:.2f} s of CPU in {time.monotonic() - started:.2f} s"


def test_sarif_points_at_the_owner_s_statement_and_marks_what_is_waived(run: Run, tmp_path: Path) -> None:
    waiver = {"property": "only-through-the-service", "reason": "they audit"}
    (tmp_path / "organization.yaml").write_text(
        "version: 1\n"
        "organization: {home_region: eu-west-2, regions: [eu-west-2]}\n"
        "keys:\n"
        "  purposes:\n"
        "    sns:\n"
        "      statements:\n"
        f"        - {json.dumps(HOLE)}\n"
        f"  waivers: [{json.dumps(waiver)}]\n"
        "accounts: [{name: data, id: '033333333333'}]\n",
        encoding="utf-8",
    )
    done = run("prove", "--format", "sarif")
    assert done.returncode == 1
    [log] = json.loads(done.stdout)["runs"]
    assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == list(PROPERTY_NAMES)
    by_rule = {result["ruleId"]: result for result in log["results"]}
    assert set(by_rule) == FAILING
    [place] = by_rule["no-foreign-principal"]["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "organization.yaml"}, "region": {"startLine": 7}}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "data / eu-west-2 / sns"}]
    assert "suppressions" not in by_rule["no-foreign-principal"]
    assert by_rule["only-through-the-service"]["suppressions"] == [{"kind": "external", "justification": "they audit"}]


def test_junit_has_a_suite_a_key_and_a_case_a_property(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **SNS_HOLE)
    root = ElementTree.fromstring(run("prove", "--format", "junit").stdout)
    suites = {suite.get("name"): suite for suite in root}
    assert len(suites) == 2 * len(EVERYWHERE)
    sns = suites["data / eu-west-2 / sns"]
    assert (sns.get("failures"), sns.get("errors"), sns.get("skipped")) == ("3", "0", "0")
    failing = {case.get("name"): case.find("failure") for case in sns if len(case)}
    assert set(failing) == FAILING
    failure = failing["no-foreign-principal"]
    assert failure is not None
    assert failure.get("message", "").startswith("fails: role/Auditor of 999988887777 (any session), kms:Decrypt")
    assert root.get("tests") == str(sum(len(suite) for suite in root))
