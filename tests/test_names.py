"""The names that never change, against a file that nobody may change, and what they do not depend on."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline import names
from baseline.errors import Refusal
from baseline.features import FEATURES
from baseline.inventory import Inventory, Key, Stack
from baseline.names import Layout, key_addresses
from baseline.purposes import PURPOSES
from baseline.regions import PARTITIONS
from tests.conftest import SAMPLE, examples, inventory
from tests.golden import GOLDEN, LAYOUTS, ON, RENEW, addresses, created, sample, with_features
from tests.organizations import IDS, NAMES, Data, account, organizations, regions, text


def test_the_names_of_the_sample_are_those_of_the_golden_file() -> None:
    """Another name would make Terraform destroy a key: lines may come to the file, and none may change or go."""
    assert addresses() == GOLDEN.read_text(encoding="utf-8"), f"if lines came to it: {RENEW}"


@pytest.mark.parametrize("feature", FEATURES)
def test_what_a_feature_creates_is_called_the_same_whatever_else_is_on(feature: str) -> None:
    assert created(with_features(feature), feature) == created(with_features(*reversed(ON)), feature) != []


def test_every_key_has_three_resources_of_one_name() -> None:
    """A key and its alias always, and its parameter where parameters are published."""
    assert key_addresses("sns_eu_west_2", published=True) == (
        "aws_kms_key.sns_eu_west_2",
        "aws_kms_alias.sns_eu_west_2",
        "aws_ssm_parameter.sns_eu_west_2",
    )
    assert key_addresses("sns_eu_west_2", published=False) == (
        "aws_kms_key.sns_eu_west_2",
        "aws_kms_alias.sns_eu_west_2",
    )


@pytest.mark.parametrize("published", [True, False])
def test_a_stack_has_just_the_addresses_of_its_keys(published: bool) -> None:
    """They are what the synthesized JSON is held against."""
    setting = f"deployment:\n  publish_parameters: {'true' if published else 'false'}"
    written = SAMPLE.read_text(encoding="utf-8").replace("deployment:", setting)
    for stack in inventory(written).stacks:
        types = {address.split(".")[0] for address in stack.addresses()}
        assert types == {"aws_kms_key", "aws_kms_alias"} | ({"aws_ssm_parameter"} if published else set())
        assert len(stack.addresses()) == len(stack.keys) * (3 if published else 2)


def identities(inventory: Inventory) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """By account ID, region and purpose: everything that must stay as it is."""
    return {key.locked.key: _names(key) for key in inventory.keys}


def _names(key: Key) -> tuple[Any, ...]:
    return key.stack, key.address, key.alias, key.parameter, key.output, key.provider, key.tags


many_or_few = examples(60)


@many_or_few
@given(organizations(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_no_name(data: Data, random: Any) -> None:
    """Of accounts, of regions, of fields."""
    other = copy.deepcopy(data)
    random.shuffle(other["accounts"])
    for holder in (other["organization"], *other["accounts"]):
        random.shuffle(holder.get("regions", []))
    other = dict(reversed(other.items()))
    assert identities(inventory(text(data))) == identities(inventory(text(other)))


@many_or_few
@given(organizations(), regions, st.sampled_from(["account", "region", "feature", "everything"]))
def test_what_is_added_changes_no_name(data: Data, more: list[str], what: str) -> None:
    """An account, a region of all, a feature of all: what was there is there under the same names."""
    before = identities(inventory(text(data)))
    if what in ("account", "everything"):
        free = next(name for name in NAMES if name not in [a["name"] for a in data["accounts"]])
        data["accounts"].insert(0, account(free, IDS[NAMES.index(free)]))
    if what in ("region", "everything"):
        for holder in (data["organization"], *(a for a in data["accounts"] if "regions" in a)):
            holder["regions"] = list(dict.fromkeys([*more, *holder["regions"]]))
    if what in ("feature", "everything"):
        data["features"] = {"cloudtrail": True, "backup": True}
        for a in data["accounts"]:
            a["features"] = {}
    after = identities(inventory(text(data)))
    assert before.items() <= after.items()


@many_or_few
@given(organizations())
def test_no_two_keys_share_a_name(data: Data) -> None:
    """Not an address in a stack, nor an alias or a parameter in an account's region, nor an output in a stack."""
    found = inventory(text(data))
    addresses = [(key.stack, key.address) for key in found.keys]
    outputs = [(key.stack, key.output) for key in found.keys]
    aliases = [(key.account_id, key.region, key.alias) for key in found.keys]
    parameters = [(key.account_id, key.region, key.parameter) for key in found.keys]
    for each in (addresses, outputs, aliases, parameters):
        assert len(set(each)) == len(each)
    stacks = [stack.name for stack in found.stacks]
    assert len(set(stacks)) == len(stacks)
    for stack in found.stacks:
        providers = [provider.alias for provider in stack.providers]
        assert len(set(providers)) == len(providers)
        assert {provider.account_id for provider in stack.providers} == {key.account_id for key in stack.keys}


def test_an_address_says_which_purpose_and_region() -> None:
    """In every partition no two addresses are the same, and each is a name that Terraform takes."""
    for partition in PARTITIONS.values():
        every = [names.address(purpose, region) for purpose in PURPOSES for region in partition.all_regions]
        assert len(set(every)) == len(every)
        assert all(address.isidentifier() and address.islower() for address in every)


def test_two_resources_with_one_address_are_refused() -> None:
    """CDKTF would keep the later one in silence; so would a key that is forgotten and made at once."""
    stack = sample("account").stacks[0]
    key = stack.keys[0]
    for doubled in ({"keys": (*stack.keys, key)}, {"forgotten": (f"aws_kms_key.{key.address}",)}):
        with pytest.raises(Refusal, match=f"two resources at `aws_.*{key.address}`"):
            _changed(stack, doubled)


def _changed(stack: Stack, changes: dict[str, Any]) -> Stack:
    fields = {"name": stack.name, "backend": stack.backend, "providers": stack.providers, "keys": stack.keys}
    return Stack(**{**fields, "forgotten": stack.forgotten, **changes})


words = st.sampled_from(["a", "data", "eu-west-2", "west-2", "us-gov", "us-gov-east-1", "2"])
bases = st.lists(words, min_size=1, max_size=3).map("-".join)
"""Names of accounts, also such as look like regions."""


@given(bases, st.sampled_from(sorted(r for p in PARTITIONS.values() for r in p.all_regions)), st.sampled_from(LAYOUTS))
def test_a_stack_tells_the_name_it_is_made_of(base: str, region: str, layout: Layout) -> None:
    """So the lock needs no other record of what an account was called."""
    for name in (base, f"{base}-{region}-{base}"):
        assert names.stack_base(names.stack(name, region, layout), region, layout) == name


@given(bases, bases, st.sampled_from(sorted(PARTITIONS)), st.data())
def test_two_accounts_never_share_a_stack(first: str, second: str, partition: str, data: st.DataObject) -> None:
    """Whatever they are called: no region is the end of another one's name."""
    either = st.sampled_from(PARTITIONS[partition].all_regions)
    one, other = data.draw(either), data.draw(either)
    for layout in LAYOUTS:
        if names.stack(first, one, layout) == names.stack(second, other, layout):
            assert first == second
