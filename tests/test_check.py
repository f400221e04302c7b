"""`kms-baseline check`: what follows from a configuration that has no mistake."""

from pathlib import Path

import pytest

from baseline.regions import AWS
from operations.notes import deployment_notes
from tests import organizations
from tests.conftest import SAMPLE, Run, inventory

EXCEPTIONS = """\
  exceptions:
    - {account: data, region: eu-west-2, purpose: logs, rotation: false}
    - {account: data, purpose: backup, rotation: false}
    - {region: eu-west-1, rotation: false}
features:"""


def test_an_exception_that_speaks_of_no_key_is_named(run: Run, tmp_path: Path) -> None:
    """Nothing is wrong with it; but its writer thinks that it changes something."""
    text = SAMPLE.read_text(encoding="utf-8").replace("features:", EXCEPTIONS, 1)
    (tmp_path / "organization.yaml").write_text(text, encoding="utf-8")
    done = run("check")
    assert done.returncode == 0, done.stderr
    first = next(i for i, line in enumerate(text.splitlines(), start=1) if "purpose: logs, rotation" in line)
    idle = [line for line in done.stdout.splitlines() if "speaks of no key" in line]
    assert [line.split(": ")[1] for line in idle] == [f"organization.yaml:{first + i}" for i in (1, 2)]


def test_stacks_with_as_many_providers_are_one_note() -> None:
    accounts = [organizations.account(f"account-{i}", f"{i:012d}") for i in range(1, 8)]
    what = inventory(organizations.text(organizations.organization(*accounts, regions=AWS.regions[:16])))
    [note] = [note for note in deployment_notes(what) if "providers" in note]
    assert note.startswith(
        "stacks account-1, account-2, account-3, account-4, account-5 and 2 more have 16 providers, about 1.4 GB"
    )


EXCLUDING = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
features:
  log_group_encryption: {remediation: automatic, exclude: ["*aws-controltower*", "/legacy/*"]}
accounts: [{name: data, id: "033333333333"}]
"""


def test_a_pattern_taken_off_a_remediation_is_said_until_the_lock_has_it(run: Run, tmp_path: Path) -> None:
    """AWS Config may have given up what it covers, and does not say so."""

    def said(text: str) -> list[str]:
        (tmp_path / "organization.yaml").write_text(text, encoding="utf-8")
        done = run("check")
        assert done.returncode == 0, done.stderr
        return [line for line in done.stdout.splitlines() if "alone no longer" in line]

    assert said(EXCLUDING) == []
    assert run("lock").returncode == 0
    assert said(EXCLUDING.replace("automatic", '"off"')) == []
    [note] = said(EXCLUDING.replace(', "/legacy/*"', ""))
    assert note.startswith(
        "note: log_group_encryption leaves `/legacy/*` alone no longer, and AWS Config may have given"
    )
    assert said(EXCLUDING.replace('"*aws-controltower*", "/legacy/*"', ""))[0].count(
        "`*aws-controltower*`, `/legacy/*`"
    )
    assert run("lock").returncode == 0
    assert said(EXCLUDING.replace('"*aws-controltower*", "/legacy/*"', "")) == []


@pytest.mark.parametrize(
    ("purposes", "said"),
    [
        (["logs"], "1 retired key that Terraform forgets stays in AWS"),
        (["logs", "sns"], "2 retired keys that Terraform forgets stay in AWS"),
    ],
)
def test_one_key_stays_and_two_stay(purposes: list[str], said: str) -> None:
    text = EXCLUDING[: EXCLUDING.index("features")] + EXCLUDING[EXCLUDING.index("accounts") :]
    entries = ", ".join(f"{{account: data, purpose: {purpose}, then: keep}}" for purpose in purposes)
    assert said in list(deployment_notes(inventory(f"{text}retired: [{entries}]\n", inventory(text).lock)))
