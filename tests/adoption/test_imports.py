"""What is written of adopted keys for Terraform, and how plans are held against the lock."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import Refusal, WorldError
from baseline.expansion import expand
from baseline.inventory import Inventory
from baseline.lock import KeyIdentity, Lock
from deployment.changes import StackChanges
from deployment.plan import StackPlan
from deployment.plan_keys import KeysInPlan
from deployment.stack import StackFolder
from operations.adopted_plans import refuse_others_than_adopted, write_imports
from stacks.check import check, check_imports
from tests.conftest import Run, configuration, inventory
from tests.forever.world import ACCOUNT_ID, CONFIGURATION, REGION

KEY_ID, OTHER_ID = "10000000-0000-0000-0000-000000000000", "20000000-0000-0000-0000-000000000000"
ALIAS, PARAMETER = "alias/baseline/sns", "/baseline/kms/sns/arn"
KEY, KEY_ALIAS, KEY_PARAMETER = (f"aws_{type}.sns_eu_west_2" for type in ("kms_key", "kms_alias", "ssm_parameter"))


def adopted(*names: str, more: str = "") -> Inventory:
    """The Inventory with one key adopted."""
    organization = configuration(CONFIGURATION).organization
    lock = expand(organization, Lock()).lock.adopting(KeyIdentity(ACCOUNT_ID, REGION, "sns"), KEY_ID, names)
    return expand(configuration(CONFIGURATION + more).organization, lock)


def imports_in(file: Path) -> dict[str, str]:
    return {block["to"]: block["id"] for block in json.loads(file.read_text())["import"]}


def test_synth_and_export_write_imports_beside_the_stack_and_take_them_away_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(CONFIGURATION)
    lock, synthesized = tmp_path / "organization.lock.json", tmp_path / "cdktf.out" / "stacks" / "trial"
    assert run("synth").returncode == 0
    plain = (synthesized / "cdk.tf.json").read_bytes()
    lock.write_text(adopted(ALIAS, PARAMETER, "alias/old/sns").lock.render())
    for command in (("synth",), ("export", "audit")):
        assert run(*command).returncode == 0
    expected = {KEY: KEY_ID, KEY_ALIAS: ALIAS, KEY_PARAMETER: PARAMETER}
    assert imports_in(synthesized / "imports.tf.json") == expected
    assert (synthesized / "cdk.tf.json").read_bytes() == plain
    exported = tmp_path / "audit" / "trial" / "imports.tf"
    assert (
        dict(re.findall(r'^import {\n  to = (\S+)\n  id = "(.*)"\n}$', exported.read_text(), re.MULTILINE)) == expected
    )
    sums = json.loads((tmp_path / "audit" / "manifest.json").read_text())["sha256"]
    assert sums["trial/imports.tf"] == hashlib.sha256(exported.read_bytes()).hexdigest()
    lock.write_text(expand(configuration(CONFIGURATION).organization, Lock()).lock.render())
    for command in (("synth",), ("export", "audit")):
        assert run(*command).returncode == 0
    assert not (synthesized / "imports.tf.json").exists()
    assert not exported.exists()


def test_a_retired_key_is_not_imported(tmp_path: Path) -> None:
    inventory = adopted(more="retired:\n  - {account: trial, purpose: sns, then: keep}\n")
    write_imports(inventory, [folder(tmp_path)], {"trial": {}})
    assert imports_in(tmp_path / "imports.tf.json") == {}


def test_what_a_deployment_takes_over_stands_beside_what_the_lock_says(tmp_path: Path) -> None:
    write_imports(adopted(), [folder(tmp_path)], {"trial": {"aws_kms_key.ebs_eu_west_2": OTHER_ID}})
    assert imports_in(tmp_path / "imports.tf.json") == {KEY: KEY_ID, "aws_kms_key.ebs_eu_west_2": OTHER_ID}
    with pytest.raises(WorldError, match=f"imported at two addresses: {KEY_ID}"):
        write_imports(adopted(), [folder(tmp_path)], {"trial": {"aws_kms_key.ebs_eu_west_2": KEY_ID}})


def test_what_has_the_same_id_in_two_regions_is_imported_in_both() -> None:
    """An alias and a parameter of a purpose are called the same in each region."""
    (stack,) = inventory(CONFIGURATION.replace(f"[{REGION}]", f"[{REGION}, us-east-1]")).stacks
    regions = ("eu_west_2", "us_east_1")
    of_both = {f"aws_kms_alias.sns_{region}": ALIAS for region in regions}
    check_imports(stack, of_both | {f"aws_ssm_parameter.sns_{region}": PARAMETER for region in regions})
    with pytest.raises(WorldError, match=f"imported at two addresses: {ALIAS}"):
        check_imports(stack, of_both | {"aws_kms_alias.ebs_eu_west_2": ALIAS})


def test_imports_are_of_what_the_stack_has() -> None:
    (stack,) = adopted().stacks
    with pytest.raises(WorldError, match=r"imports of what the stack does not have: aws_kms_key\.sns_us_east_1"):
        check_imports(stack, {"aws_kms_key.sns_us_east_1": KEY_ID})


def test_no_import_hides_in_the_stack_itself(sample_stacks: dict[str, Any], sample_inventory: Inventory) -> None:
    stack = sample_inventory.stacks[0]
    hidden = {**sample_stacks[stack.name], "import": [{"to": "aws_kms_key.x", "id": KEY_ID}]}
    with pytest.raises(WorldError, match=r"imports: aws_kms_key\.x"):
        check(stack, hidden)


def folder(path: Path) -> StackFolder:
    return StackFolder(name="trial", folder=path, log=path / "log", terraform=path, environment={})


def plan(**keys: Any) -> StackPlan:
    return StackPlan(folder(Path("trial")), Path("plan"), changed=True, changes=StackChanges(), keys=KeysInPlan(**keys))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"known": {KEY: KEY_ID, "aws_kms_key.ebs_eu_west_2": OTHER_ID}},
        {"known": {KEY: KEY_ID}, "imported": {KEY, KEY_ALIAS}, "targets": {KEY_ALIAS: KEY_ID}},
        {"known": {KEY: KEY_ID}, "targets": {KEY_ALIAS: OTHER_ID}},
    ],
)
def test_a_plan_that_has_the_adopted_key_goes_on(keys: dict[str, Any]) -> None:
    """An alias that is in the state already is Terraform's to put back."""
    refuse_others_than_adopted(adopted(), [plan(**keys)])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"known": {KEY: OTHER_ID}}, f"adopted is {KEY_ID}, and the state has {OTHER_ID}"),
        (
            {"known": {KEY: KEY_ID}, "imported": {KEY, KEY_ALIAS}, "targets": {KEY_ALIAS: OTHER_ID}},
            f"{ALIAS} is at the key {OTHER_ID}, and adopted is {KEY_ID}",
        ),
    ],
)
def test_a_plan_with_another_key_is_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_others_than_adopted(adopted(), [plan(**keys)])
    assert f"trial {REGION} sns: {said}" in str(refused.value)


def test_every_key_of_every_account_can_be_adopted_without_another_shape(sample_inventory: Inventory) -> None:
    """IDs are one account's own: none of them is in what a stack is built from."""
    lock = sample_inventory.lock
    for number, key in enumerate(sample_inventory.keys):
        lock = lock.adopting(key.locked.key, f"{number:08}-0000-0000-0000-000000000000", [key.alias])
    assert expand(sample_inventory.organization, lock).stacks == sample_inventory.stacks
