"""`kms-baseline accounts`: what AWS Organizations has, recorded and compared."""

import json

from tests.accounts.conftest import Office
from tests.git import git

MANY = 45
"""More than two pages of AWS Organizations."""


def test_a_new_account_is_found_recorded_and_planned(office: Office) -> None:
    data = office.create("Data Platform", "/Workloads/Prod")
    trial = office.create("Trial", "/Workloads/Test")
    office.configure({"ou": "/Workloads/Prod"})
    before = office.run("check")
    assert before.returncode == 2
    assert "select: needs the accounts of AWS Organizations, and nothing recorded them yet" in before.stderr
    seen = office.run("accounts")
    assert seen.returncode == 1
    assert f"{data}  Data Platform  new" in seen.stdout
    assert not office.snapshot.exists()
    office.record()
    assert office.differences() == []
    keys = json.loads(office.run("keys", "--format", "json").stdout)
    assert {(key["account"], key["account_id"]) for key in keys} == {("data-platform", data)}
    assert [line[8:20] for line in office.snapshot.read_text().splitlines()[1:-1]] == sorted(
        [office.caller, data, trial]
    )


def test_every_page_is_read_and_only_the_record_is_written(office: Office) -> None:
    ids = {office.create(f"Account {i}", "/Workloads") for i in range(MANY)}
    office.configure({"ou": "/Workloads"})
    office.record()
    assert {path.name for path in office.folder.iterdir()} == {"organization.yaml", "organization.accounts.json"}
    recorded = [json.loads(line.rstrip(",")) for line in office.snapshot.read_text().splitlines()[1:-1]]
    assert {account["id"] for account in recorded} == {office.caller, *ids}
    assert {account["state"] for account in recorded} == {"ACTIVE"}


def test_all_that_changes_is_told(office: Office) -> None:
    moved, closed, tagged = (office.create(name, "/Workloads/Prod", keys="yes") for name in ("a", "b", "c"))
    office.configure({"ou": "/Workloads/**", "tags": {"keys": "y*"}})
    office.record()
    text = office.snapshot.read_text()
    office.snapshot.write_text(text.replace('"name": "c"', '"name": "once"').replace(office.caller, "000000000000"))
    office.move(moved, "/Workloads/Prod", "/Workloads/Test")
    office.client.close_account(AccountId=closed)
    office.client.untag_resource(ResourceId=tagged, TagKeys=["keys"])
    assert sorted(office.differences()) == sorted(
        [
            ("000000000000", "missing", "ACTIVE in /"),
            (office.caller, "new", "ACTIVE in /"),
            (moved, "moved", "/Workloads/Prod -> /Workloads/Test"),
            (closed, "state", "ACTIVE -> SUSPENDED"),
            (tagged, "renamed", "once -> c"),
            (tagged, "tags", "keys=yes -> no keys"),
        ]
    )


def test_a_suspended_account_is_named_and_stops_nobody(office: Office) -> None:
    first, second = office.create("First", "/Workloads"), office.create("Second", "/Workloads")
    office.configure({"ou": "/Workloads"})
    office.record()
    assert office.run("lock").returncode == 0
    office.client.close_account(AccountId=second)
    office.record()
    done = office.run("check")
    assert done.returncode == 0, done.stderr
    assert f"note: second ({second}) is SUSPENDED: nothing is planned for it, and its 3 keys stay" in done.stdout
    assert "3 keys in 1 account and 1 region, 1 stack" in done.stdout
    assert first in office.run("keys").stdout
    assert office.run("lock", "--check").returncode == 0


def test_a_renamed_account_keeps_its_name_here(office: Office) -> None:
    office.create("Once", "/Workloads")
    office.configure({"ou": "/Workloads"})
    office.record()
    assert office.run("lock").returncode == 0
    office.snapshot.write_text(office.snapshot.read_text().replace('"Once"', '"Called otherwise"'))
    assert json.loads(office.run("keys", "--format", "json").stdout)[0]["account"] == "once"
    assert office.run("lock", "--check").returncode == 0


def test_who_may_not_ask_is_told_once_and_nothing_is_written(office: Office) -> None:
    office.configure({})
    office.fault("ListAccounts", "AccessDeniedException")
    done = office.run("accounts", "--write")
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert lines[0] == "asking AWS Organizations"
    assert lines[1].startswith("error: asking AWS about AWS Organizations: An error occurred (AccessDeniedException)")
    assert lines[2].strip().startswith("help: ask as the management account")
    assert len(lines) == 3
    assert not office.snapshot.exists()


def test_throttled_calls_are_made_again(office: Office) -> None:
    office.configure({})
    office.fault("ListAccounts", "TooManyRequestsException", times=2)
    office.record()
    assert office.caller in office.snapshot.read_text()


def test_a_damaged_record_is_refused_and_replaced_by_write(office: Office) -> None:
    office.configure({})
    office.record()
    whole = office.snapshot.read_text()
    office.snapshot.write_text(whole.replace("ACTIVE", "FINE"))
    for command in (["accounts"], ["check"], ["keys"]):
        done = office.run(*command)
        assert done.returncode == 2
        assert "organization.accounts.json:2: `FINE` is no state of an account" in done.stderr
    office.record()
    assert office.snapshot.read_text() == whole


def test_regions_are_asked_for_where_they_must_be_enabled(office: Office) -> None:
    account = office.create("Data", "/Workloads")
    office.configure({"ou": "/Workloads"}, regions=("eu-west-2", "af-south-1", "me-south-1"))
    unknown = office.run("accounts", "--write")
    assert unknown.returncode == 0
    assert "the enabled regions of 1 account could not be read" in unknown.stderr
    assert '"regions"' not in office.snapshot.read_text()
    assert office.run("check").returncode == 0
    office.let_in(account)
    assert office.differences() == [(account, "regions", "not asked for -> af-south-1, ap-southeast-3, eu-south-1")]
    office.record()
    refused = office.run("check")
    assert refused.returncode == 2
    assert f"organization.regions[2]: `me-south-1` is not enabled in `data` ({account})" in refused.stderr


def test_a_role_may_be_named_that_asks(office: Office) -> None:
    office.let_in(office.caller)
    role = f"arn:aws:iam::{office.caller}:role/kms-baseline-deploy"
    office.configure({}, deployment={"organizations_role": role})
    office.record()
    office.configure({}, deployment={"organizations_role": f"{role}-other"})
    done = office.run("accounts")
    assert done.returncode == 3
    assert "AssumeRole" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_difference_of_revisions_takes_the_record_of_each(office: Office) -> None:
    office.create("First", "/Workloads")
    office.configure({"ou": "/Workloads"})
    office.record()
    git(office.folder, "init")
    git(office.folder, "add", "--all")
    git(office.folder, "commit", "--message", "recorded")
    office.create("Second", "/Workloads")
    office.record()
    done = office.run("diff", "--from", "HEAD")
    assert "second" in done.stdout, done.stderr
    assert "first" not in done.stdout
