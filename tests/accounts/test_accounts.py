"""`kms-baseline accounts`, and what a configuration selects of what it recorded."""

import json

from tests.accounts.conftest import CALLER, Office


def test_a_new_account_is_found_recorded_and_planned(office: Office) -> None:
    data = office.create("Data Platform", "/Workloads/Prod")
    office.create("Trial", "/Workloads/Test")
    office.configure({"ou": "/Workloads/Prod"})
    before = office.run("check")
    assert before.returncode == 2
    assert "select: needs the accounts of AWS Organizations, and nothing recorded them yet" in before.stderr
    seen = office.run("accounts")
    assert seen.returncode == 1
    assert f"{data}  Data Platform  new" in seen.stdout
    assert not office.snapshot.exists()
    office.record()
    assert office.run("accounts").returncode == 0
    keys = json.loads(office.run("keys", "--format", "json").stdout)
    assert {(key["account"], key["account_id"]) for key in keys} == {("data-platform", data)}
    lines = office.snapshot.read_text().splitlines()
    assert len(lines) == 2 + len([CALLER, data, "trial"])
    assert lines[1:-1] == sorted(lines[1:-1])
