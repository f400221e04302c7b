"""`kms-baseline prove`, as a person runs it."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE, Run
from tests.organizations import account, organization, text

HOLE = {
    "Sid": "AuditorsDecrypt",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:role/Auditor"},
    "Action": "kms:Decrypt",
}
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
    assert "30 keys" in result.stderr
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
