"""A new account ends with its keys; a suspended one keeps its own while the others are deployed."""

import json
import subprocess
from pathlib import Path

from deployment.mirror import Mirror, provider_environment
from tests.accounts.conftest import Office
from tests.conftest import COMMAND, EVERYWHERE
from tests.forever.world import table


def deploy(office: Office, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(COMMAND), "deploy", "--yes"], cwd=office.folder, env=variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done


def test_an_account_comes_and_another_is_suspended(office: Office, provider_mirror: Mirror, tmp_path: Path) -> None:
    variables = provider_environment(provider_mirror, tmp_path, office.variables)
    office.configure({"ou": "/Workloads/**"})
    first = office.create("First", "/Workloads/Prod")
    office.record()
    office.let_in(first)
    deploy(office, variables)

    second = office.create("Second", "/Workloads/Test")
    assert [difference[:2] for difference in office.differences()] == [(second, "new")]
    office.record()
    office.let_in(second)
    deploy(office, variables)
    live = json.loads(office.run("keys", "--live", "--format", "json").stdout)
    assert [(key["account_id"], key["purpose"]) for key in live] == [
        (id, purpose) for id in (first, second) for purpose in EVERYWHERE
    ]

    office.client.close_account(AccountId=first)
    office.record()
    tagged = {"home_region": "eu-west-2", "regions": ["eu-west-2"], "tags": {"team": "a"}}
    office.configure({"ou": "/Workloads/**"}, organization=tagged)
    lock = (office.folder / "organization.lock.json").read_text()
    done = deploy(office, variables)
    assert f"note: first ({first}) is SUSPENDED" in done.stderr
    assert "first" not in done.stdout
    assert table(done.stdout)[2] > 0
    assert (office.folder / "organization.lock.json").read_text() == lock
