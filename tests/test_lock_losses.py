"""Every way in which an edit could lose a key: it is refused with its cause, or the key stays what it was."""

import copy
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from baseline.errors import KmsBaselineError, Mistakes, Refusal
from baseline.inventory import Inventory, Stack
from baseline.lock import KeyIdentity, Lock
from tests.conftest import EVERYWHERE, SAMPLE, inventory, keys_of_the_sample
from tests.organizations import Data, account, organization, text

DATA, PAYER = "033333333333", "111111111111"
BEFORE = organization(
    account("payer", PAYER, role=None),
    account("data", DATA, features={"backup": True, "cloudtrail": True}),
    features={"cloudtrail": True, "backup": False},
)
"""Two accounts in eu-west-2, their home, and us-east-1."""
LOCK = inventory(text(BEFORE)).lock

Edit = Callable[[Data], object]


def edited(*edits: Edit, lock: Lock = LOCK) -> Inventory:
    data = copy.deepcopy(BEFORE)
    for edit in edits:
        edit(data)
    return inventory(text(data), lock)


def refusal(*edits: Edit, lock: Lock = LOCK) -> KmsBaselineError:
    with pytest.raises((Refusal, Mistakes)) as refused:
        edited(*edits, lock=lock)
    return refused.value


def retire(**entry: Any) -> Edit:
    return lambda data: data.setdefault("retired", []).append(entry)


def without_account(name: str) -> Edit:
    return lambda data: data["accounts"].remove(next(a for a in data["accounts"] if a["name"] == name))


def of_account(name: str, /, **changes: Any) -> Edit:
    return lambda data: next(a for a in data["accounts"] if a["name"] == name).update(changes)


def of_organization(**changes: Any) -> Edit:
    return lambda data: data["organization"].update(changes)


def section(**changes: Any) -> Edit:
    return lambda data: data.update(changes)


LOSSES: list[tuple[Edit, list[str]]] = [
    (
        without_account("payer"),
        [
            f"payer ({PAYER}) {place}: the account is no longer listed"
            for place in (
                *(f"eu-west-2 {purpose}" for purpose in sorted(["cloudtrail", *EVERYWHERE])),
                *(f"us-east-1 {purpose}" for purpose in EVERYWHERE),
            )
        ],
    ),
    (
        of_organization(regions=["eu-west-2"]),
        [
            f"{who} us-east-1 {purpose}: us-east-1 is no longer among its regions"
            for who, purpose in [(f"data ({DATA})", p) for p in sorted(["backup", *EVERYWHERE])]
            + [(f"payer ({PAYER})", p) for p in EVERYWHERE]
        ],
    ),
    (
        of_account("payer", regions=["eu-west-2"]),
        [f"payer ({PAYER}) us-east-1 {p}: us-east-1 is no longer among its regions" for p in EVERYWHERE],
    ),
    (
        of_account("data", features={"cloudtrail": True, "backup": False}),
        [f"data ({DATA}) {region} backup: the feature backup is off" for region in ("eu-west-2", "us-east-1")],
    ),
    (
        of_account("data", features={"cloudtrail": True}),
        [f"data ({DATA}) {region} backup: the feature backup is off" for region in ("eu-west-2", "us-east-1")],
    ),
    (section(features={}), [f"payer ({PAYER}) eu-west-2 cloudtrail: the feature cloudtrail is off"]),
    (
        of_account("payer", home_region="us-east-1"),
        [
            f"payer ({PAYER}) eu-west-2 cloudtrail: "
            "the feature cloudtrail lives in the home region, which is now us-east-1"
        ],
    ),
    (
        of_organization(home_region="us-east-1"),
        [
            f"{who} eu-west-2 cloudtrail: the feature cloudtrail lives in the home region, which is now us-east-1"
            for who in (f"data ({DATA})", f"payer ({PAYER})")
        ],
    ),
]


@pytest.mark.parametrize(("edit", "causes"), LOSSES)
def test_a_key_that_would_be_lost_is_refused_with_account_region_purpose_and_cause(
    edit: Edit, causes: list[str]
) -> None:
    error = refusal(edit)
    count = f"{len(causes)} key{'s' if len(causes) > 1 else ''}"
    assert str(error).splitlines() == [f"{count} of the lock would be lost:", *(f"  {cause}" for cause in causes)]
    assert error.exit_code == 1


def test_the_advice_retires_the_key_when_it_is_followed() -> None:
    """The entry that it proposes is one that the file takes; for an account that left, by its ID."""
    assert (
        "- {account: payer, region: eu-west-2, purpose: cloudtrail, then: keep}" in refusal(section(features={})).help
    )
    kept = edited(section(features={}), retire(account="payer", region="eu-west-2", purpose="cloudtrail", then="keep"))
    assert len(kept.keys) == len(LOCK.entries) - 1
    assert f'- {{account: "{PAYER}", then: keep}}' in refusal(without_account("payer")).help


@pytest.mark.parametrize("edit", [edit for edit, _ in LOSSES])
def test_one_entry_of_the_advice_is_enough_and_retires_no_other_key(edit: Edit) -> None:
    """Every one of these losses has an entry that says all of it, and goes on saying nothing else."""
    [entry] = [line.strip() for line in refusal(edit).help.splitlines() if line.strip().startswith("- {")]
    lost = len(str(refusal(edit)).splitlines()) - 1
    first = edited(edit, retire(**yaml.safe_load(entry)[0]))
    again = edited(edit, retire(**yaml.safe_load(entry)[0]), lock=first.lock)
    before = {entry.key for entry in LOCK.entries}
    for kept in (first, again):
        assert len(before - {key.locked.key for key in kept.keys}) == lost
    assert again.keys == first.keys


MANY = organization(*(account(f"web-{n}", f"{n:012}", features={"backup": True}) for n in range(1, 13)))


def test_where_many_accounts_lose_the_same_it_is_said_once_and_answered_by_one_entry() -> None:
    lock = inventory(text(MANY)).lock
    off = copy.deepcopy(MANY)
    for one in off["accounts"]:
        one["features"]["backup"] = False
    with pytest.raises(Refusal) as refused:
        inventory(text(off), lock)
    some = ", ".join(f"web-{n} ({n:012})" for n in (1, 2, 3))
    assert str(refused.value).splitlines() == [
        "24 keys of the lock would be lost:",
        f"  eu-west-2 backup of {some} and 9 accounts more: the feature backup is off",
        f"  us-east-1 backup of {some} and 9 accounts more: the feature backup is off",
    ]
    assert '- {account: "*", purpose: backup, then: keep}' in refused.value.help
    off["retired"] = [{"account": "*", "purpose": "backup", "then": "keep"}]
    assert len(inventory(text(off), lock).keys) == len(lock.entries) - 24
    off["retired"] = [{"account": "*", "purpose": "backup", "then": "disable"}]
    kept = inventory(text(off), lock).keys
    assert sum(not key.enabled for key in kept) == 24
    assert len(kept) == len(lock.entries)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"account": "*", "purpose": "cloudtrail", "then": "keep"}, "the lock has no key of `* cloudtrail`"),
        ({"account": "*", "then": "gone"}, "not every account can be gone"),
    ],
)
def test_a_selector_that_selects_nothing_or_everything_is_a_mistake(entry: dict[str, str], problem: str) -> None:
    lock = inventory(text(MANY)).lock
    with pytest.raises(Mistakes, match=re.escape(problem)):
        inventory(text(copy.deepcopy(MANY) | {"retired": [entry]}), lock)


def test_a_renamed_account_is_called_by_its_new_name() -> None:
    """Its lost keys too, whatever its stacks are called."""
    error = refusal(of_account("payer", name="billing"), section(features={}))
    assert f"  billing ({PAYER}) eu-west-2 cloudtrail: the feature cloudtrail is off" in str(error)
    assert "{account: billing," in error.help


@pytest.mark.parametrize("layout", ["account", "account-region"])
def test_another_layout_is_refused(layout: str) -> None:
    """Every key would be made anew in another state."""
    other = {"account": "account-region", "account-region": "account"}[layout]
    lock = edited(section(deployment={"layout": layout}), lock=Lock()).lock
    error = refusal(section(deployment={"layout": other}), lock=lock)
    assert str(error) == f"deployment.layout is `{other}`, but the keys of the lock are deployed by `{layout}`"
    assert error.exit_code == 1
    assert f"write layout: {layout}" in error.help


S3 = {"type": "s3", "bucket": "states", "region": "eu-west-2"}


@pytest.mark.parametrize(
    ("before", "edit"),
    [
        ({"type": "local"}, section(deployment={"backend": S3})),
        (S3, section(deployment={"backend": S3 | {"bucket": "other"}})),
        (S3, section(deployment={"backend": S3 | {"prefix": "other"}})),
        (S3, of_organization(namespace="other")),
        ({"type": "cloud", "organization": "example"}, of_organization(namespace="other")),
    ],
)
def test_another_place_of_the_states_is_refused(before: Data, edit: Edit) -> None:
    """Also where only the prefix follows the namespace: an empty state makes every key anew."""
    start = section(deployment={"backend": before})
    lock = edited(start, lock=Lock()).lock
    error = refusal(start, edit, lock=lock)
    assert str(error).startswith("the states would be in ")
    assert error.exit_code == 1


def test_a_namespace_beside_local_states_renames_no_address() -> None:
    """The alias and the parameter follow; the key stays."""
    assert _where(edited(of_organization(namespace="other"))) == _where(edited())


KEPT: list[Edit] = [
    of_account("payer", name="billing"),
    lambda data: data["accounts"].reverse(),
    of_organization(regions=["us-east-1", "eu-west-2"]),
    of_organization(regions=["us-east-1", "af-south-1", "eu-west-2"]),
    section(features={"cloudtrail": True, "backup": True}),
    section(keys={"rotation": False}),
    section(deployment={"role": "other", "publish_parameters": False}),
    lambda data: data["accounts"].append(account("new", "222222222222")),
    lambda data: [a.update(name=name) for a, name in zip(data["accounts"], ("data", "payer"), strict=True)],
]


@pytest.mark.parametrize("edit", KEPT)
def test_an_edit_that_loses_no_key_moves_none(edit: Edit) -> None:
    """Renaming an account, even to the name of another, keeps the stacks in which its keys are."""
    assert _where(edited()).items() <= _where(edited(edit)).items()


def _where(inventory: Inventory) -> dict[tuple[str, str, str], tuple[str, str]]:
    return {key.locked.key: (key.stack, key.address) for key in inventory.keys}


def _of_keys(stack: Stack) -> list[str]:
    """What a stack forgets of retired keys, without what features made."""
    return [a for a in stack.forgotten if a.startswith(("aws_kms_key.", "aws_kms_alias.", "aws_ssm_parameter."))]


def test_a_new_account_does_not_take_the_stack_of_another() -> None:
    """Not of one that was renamed, and not of one that left."""
    new = [lambda data: data["accounts"].append(account("payer", "222222222222"))]
    wanted = f"account `payer` (222222222222) would take the stack `payer`, in which the keys of account {PAYER} are"
    for before in (
        [of_account("payer", name="billing")],
        [without_account("payer")],
        [without_account("payer"), retire(account=PAYER, then="keep")],
        [without_account("payer"), retire(account=PAYER, then="gone")],
    ):
        error = refusal(*before, *new)
        assert str(error) == wanted
        assert error.exit_code == 1
        assert "another name" in error.help


def test_an_id_that_changes_is_an_account_that_left() -> None:
    """One digit written wrongly in the ID makes no second set of keys."""
    assert "would take the stack `payer`" in str(refusal(of_account("payer", id="111111111112")))
    assert "no longer listed" in str(refusal(of_account("payer", id="111111111112", name="billing")))


def test_a_key_that_is_kept_is_forgotten_with_its_alias_and_parameter() -> None:
    """It leaves the inventory and not the lock; Terraform forgets its addresses and destroys nothing."""
    found = edited(section(features={}), retire(account="payer", purpose="cloudtrail", then="keep"))
    stack = next(stack for stack in found.stacks if stack.name == "payer")
    assert _of_keys(stack) == [
        f"{t}.cloudtrail_eu_west_2" for t in ("aws_kms_key", "aws_kms_alias", "aws_ssm_parameter")
    ]
    assert not {"aws_kms_key.cloudtrail_eu_west_2"} & stack.addresses()
    assert found.lock == LOCK.retiring([KeyIdentity(PAYER, "eu-west-2", "cloudtrail")])


def test_a_key_can_be_retired_while_the_configuration_still_yields_it() -> None:
    """That is how to part with a key that has no feature: it is not made again."""
    found = edited(retire(account="data", region="us-east-1", purpose="sns", then="keep"))
    assert (DATA, "us-east-1", "sns") not in _where(found)
    assert len(found.keys) == len(LOCK.entries) - 1
    assert list(found.lock.retired) == [(DATA, "us-east-1", "sns")]
    assert edited(lock=found.lock).lock == LOCK


@pytest.mark.parametrize("layout", ["account", "account-region"])
def test_a_regions_provider_outlives_its_keys(layout: str) -> None:
    """Terraform needs it to forget what is there; the role is that of the account, or of all when it left."""
    start = section(deployment={"layout": layout})
    lock = edited(start, lock=Lock()).lock
    kept = edited(start, of_organization(regions=["eu-west-2"]), _retire_region("us-east-1"), lock=lock)
    for account_id, role in ((DATA, f"arn:aws:iam::{DATA}:role/kms-baseline-deploy"), (PAYER, None)):
        providers = [p for stack in kept.stacks for p in stack.providers if p.account_id == account_id]
        assert [(p.region, p.alias, p.role) for p in providers] == [
            ("eu-west-2", "eu_west_2", role),
            ("us-east-1", "us_east_1", role),
        ]
    assert {key.region for key in kept.keys} == {"eu-west-2"}
    left = edited(start, without_account("data"), retire(account="data", then="keep"), lock=lock)
    assert {p.region for s in left.stacks for p in s.providers if p.account_id == DATA} == {"eu-west-2", "us-east-1"}


def _retire_region(region: str) -> Edit:
    return lambda data: data.update(
        retired=[{"account": name, "region": region, "then": "keep"} for name in ("data", "payer")]
    )


def test_what_is_gone_leaves_no_stack_and_stays_in_the_lock() -> None:
    """The account no longer exists: Terraform could not even ask it."""
    for name in (DATA, "data"):
        found = edited(without_account("data"), retire(account=name, then="gone"))
        assert [stack.name for stack in found.stacks] == ["payer"]
        assert {provider.account_id for provider in found.stacks[0].providers} == {PAYER}
        assert found.lock == LOCK


OFF = section(features={"cloudtrail": False, "backup": False})
DISABLED: list[tuple[list[Edit], dict[str, str]]] = [
    ([], {"region": "us-east-1", "purpose": "sns"}),
    ([OFF], {"purpose": "cloudtrail"}),
    ([of_account("payer", home_region="us-east-1", features={"cloudtrail": False})], {"purpose": "cloudtrail"}),
    ([of_account("payer", regions=["eu-west-2"])], {"region": "us-east-1"}),
    ([OFF, of_account("payer", regions=["us-east-1"], home_region="us-east-1")], {}),
    ([OFF, of_account("payer", name="billing")], {"account": "billing"}),
    ([OFF], {"account": PAYER}),
]


@pytest.mark.parametrize(("edits", "entry"), DISABLED)
def test_a_key_that_is_disabled_stays_as_it_was_in_its_stack(edits: list[Edit], entry: dict[str, str]) -> None:
    """Whether or not the configuration still yields it: policy, names and stack are the same, and nothing is forgotten."""
    before = {key.locked.key: key for key in edited().keys}
    found = edited(*edits, retire(**({"account": "payer"} | entry), then="disable"))
    disabled = [key for key in found.keys if not key.enabled]
    assert {key.locked.key for key in disabled} == {
        key
        for key in before
        if key.account_id == PAYER
        and entry.get("region", key.region) == key.region
        and entry.get("purpose", key.purpose) == key.purpose
    }
    for key in disabled:
        as_before = before[key.locked.key]
        assert replace(key, enabled=True, account=as_before.account) == as_before
    stack = next(stack for stack in found.stacks if stack.name == "payer")
    assert not _of_keys(stack)
    assert {key.region for key in disabled} <= {provider.region for provider in stack.providers}
    assert found.lock == LOCK


def test_a_feature_cannot_use_a_disabled_key() -> None:
    error = refusal(retire(account="payer", purpose="cloudtrail", then="disable"))
    assert str(error).startswith(
        "organization.yaml:1: features.cloudtrail: the key `cloudtrail_eu_west_2` of `payer`, which this feature uses, "
        "is disabled by organization.yaml:1\n  help: switch the feature off there, or take the retirement back"
    )


def test_the_last_entry_about_a_key_wins() -> None:
    found = edited(without_account("data"), retire(account=DATA, then="gone"), retire(account=DATA, then="keep"))
    assert [stack.name for stack in found.stacks] == ["data", "payer"]
    assert len(_of_keys(found.stacks[0])) == sum(entry.account_id == DATA for entry in LOCK.entries) * 3


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        ([retire(account="data", region="af-south-1", then="keep")], "the lock has no key of `data af-south-1`"),
        ([retire(account="payer", purpose="backup", then="keep")], "the lock has no key of `payer backup`"),
        ([retire(account="unknown", then="keep")], "the lock has no key of `unknown`"),
        ([retire(account="222222222222", then="gone")], "the lock has no key of `222222222222`"),
        ([retire(account="data", then="gone")], "`data` is gone and still listed under accounts"),
        ([retire(account=DATA, then="gone")], f"`{DATA}` is gone and still listed under accounts"),
        (
            [of_account("data", name="new"), retire(account="data", then="gone")],
            "`data` is gone and still listed, as `new`",
        ),
        ([retire(account="x", region="us-east-1", then="gone")], "an account is gone as a whole"),
        (
            [
                without_account("data"),
                retire(account=DATA, then="gone"),
                retire(account=DATA, region="us-east-1", then="keep"),
            ],
            "`data` is gone by another entry, and an account is gone as a whole",
        ),
        (
            [without_account("data"), retire(account="data", then="disable")],
            "`data` is not listed under accounts, and nothing else says how its keys are set",
        ),
        (
            [of_account("data", regions=["eu-west-2", "us-east-1", "af-south-1"]), retire(account="data", then="keep")],
            "`data af-south-1 backup` would be made now and retired by this entry from then on",
        ),
        ([of_account("data", name="new"), retire(account="data", then="disable")], "`data` is called `new` now"),
    ],
)
def test_a_retirement_that_means_no_key_is_a_mistake(edits: list[Edit], problem: str) -> None:
    """It is refused with its line; whoever wrote it meant something else."""
    error = refusal(*edits)
    assert isinstance(error, Mistakes)
    assert error.exit_code == 2
    assert problem in str(error)
    assert str(error).startswith("organization.yaml:1: retired")


def test_before_anything_is_generated_nothing_can_be_retired() -> None:
    assert "the lock has no key of" in str(refusal(retire(account="data", then="keep"), lock=Lock()))


def test_the_sample_with_every_feature_has_more_keys_and_keeps_them() -> None:
    """Switched off again the 15 of the features are named, and once retired nothing else changes."""
    off = SAMPLE.read_text(encoding="utf-8")
    on = off.replace("cloudtrail: false", "cloudtrail: true").replace("backup: false", "backup: true")
    first = inventory(off)
    second = inventory(on, first.lock)
    assert len(second.lock.entries) == len(second.keys) == len(first.keys) + 15
    assert Counter(key.purpose for key in first.keys) == keys_of_the_sample()
    assert Counter(key.purpose for key in second.keys) == keys_of_the_sample("cloudtrail", "backup")
    with pytest.raises(Refusal, match="15 keys of the lock would be lost") as refused:
        inventory(off, second.lock)
    assert str(refused.value).count("the feature cloudtrail is off") == 5
    assert str(refused.value).count("the feature backup is off") == 10
    names = [account.name for account in first.organization.accounts]
    entries = [f"  - {{account: {n}, purpose: {p}, then: keep}}\n" for n in names for p in ("cloudtrail", "backup")]
    third = inventory(off + "retired:\n" + "".join(entries), second.lock)
    assert _where(third) == _where(first)
    assert sum(len(_of_keys(stack)) for stack in third.stacks) == 15 * 3
    assert len(list(third.lock.retired)) == 15
    assert third.lock.retiring([]) == second.lock
