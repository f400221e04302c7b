"""`kms-baseline keys --live`: the IDs and ARNs that people ask for."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.pages import ask
from tests import forked
from tests.conftest import COMMAND, EVERYWHERE
from tests.drift.made import made
from tests.embedded import Embedded

DATA, REGION = "222222222222", "eu-west-2"
TEXT = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
accounts:
  - {{name: data, id: "{DATA}"}}
"""
RETIRED = TEXT + "retired: [{account: data, purpose: sns, then: keep}]\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Embedded]]:
    with made(TEXT) as (_, aws):
        folder = tmp_path_factory.mktemp("keys")
        (folder / "organization.yaml").write_text(TEXT, encoding="utf-8")
        assert run(folder, aws, "lock").returncode == 0
        yield folder, aws


def run(folder: Path, aws: Embedded, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = forked.run([str(COMMAND), *arguments], folder, aws.variables, 120)
    assert "Traceback" not in done.stderr
    return done


def test_every_key_has_its_id_its_arn_and_its_state(world: tuple[Path, Embedded]) -> None:
    folder, aws = world
    kms = aws.client("kms", DATA, REGION)
    found = json.loads(run(folder, aws, "keys", "--live", "--format", "json").stdout)
    assert [key["purpose"] for key in found] == list(EVERYWHERE)
    for key in found:
        there = kms.describe_key(KeyId=key["alias"])["KeyMetadata"]
        assert (key["key_id"], key["arn"], key["state"], key["retired"]) == (
            there["KeyId"],
            there["Arn"],
            "Enabled",
            False,
        )
    table = run(folder, aws, "keys", "--live", "--purpose", "ebs")
    assert found[0]["key_id"] in table.stdout
    assert "1 key in AWS, of 1" in table.stderr


def test_retired_keys_that_exist_and_keys_that_are_missing_are_listed(world: tuple[Path, Embedded]) -> None:
    folder, aws = world
    kms = aws.client("kms", DATA, REGION)
    logs = kms.describe_key(KeyId="alias/baseline/logs")["KeyMetadata"]["KeyId"]
    (folder / "organization.yaml").write_text(RETIRED, encoding="utf-8")
    kms.delete_alias(AliasName="alias/baseline/logs")
    try:
        lines = run(folder, aws, "keys", "--live").stdout.splitlines()
    finally:
        (folder / "organization.yaml").write_text(TEXT, encoding="utf-8")
        kms.create_alias(AliasName="alias/baseline/logs", TargetKeyId=logs)
    [retired] = [line for line in lines if " sns " in line]
    [missing] = [line for line in lines if " logs " in line]
    assert retired.endswith("Enabled, retired")
    assert missing.endswith("-                                     not there")


def test_an_account_that_cannot_be_read_is_named_and_ends_with_3(world: tuple[Path, Embedded]) -> None:
    folder, aws = world
    fault = {"service": "kms", "operation": "ListAliases", "kind": "error", "code": "AccessDeniedException"}
    ask(aws.url, "POST", "/sandbox/faults", json.dumps(fault))
    done = run(folder, aws, "keys", "--live")
    assert done.returncode == 3
    assert "1 region of accounts could not be read\n  data eu-west-2: " in done.stderr


@pytest.mark.parametrize(
    "command",
    [("keys", "--live"), ("adopt",), ("adopt", "data", REGION, "sns", "alias/baseline/sns", "--dry-run"), ("retire",)],
    ids=" ".join,
)
def test_what_another_account_lacks_is_not_taken_for_missing(
    world: tuple[Path, Embedded], command: tuple[str, ...]
) -> None:
    """Without a role, and with somebody else's credentials."""
    folder, aws = world
    lock = (folder / "organization.lock.json").read_text(encoding="utf-8")
    for name, text in (("yaml", RETIRED if command == ("retire",) else TEXT), ("lock.json", lock)):
        strange = text.replace(f'id: "{DATA}"', f'role: null, id: "{DATA}"').replace(DATA, "333333333333")
        (folder / f"strange.{name}").write_text(strange, encoding="utf-8")
    done = run(folder, aws, *command, "--config", "strange.yaml")
    assert done.returncode == 3, done.stdout
    assert "not there" not in done.stdout
    assert "and not of 333333333333" in done.stderr
