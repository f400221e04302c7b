"""The synthesized JSON is the Inventory, whole and nothing else, in every kind of configuration."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from baseline.errors import WorldError
from baseline.inventory import Inventory, Key, Stack
from stacks.check import check
from stacks.versions import REQUIRED_TERRAFORM, required_provider
from tests import provider_schema
from tests.conftest import ROOT, SAMPLE, Stacks, inventory, keys_of_the_sample
from tests.features.synthesis import synthesize

Data = dict[str, Any]
SCHEMAS = {
    version: json.loads(file.read_text(encoding="utf-8"))
    for version, file in {
        provider_schema.VERSION: provider_schema.FILE,
        provider_schema.LATER: provider_schema.LATER_FILE,
    }.items()
}
META = {"//", "provider", "lifecycle", "alias", "depends_on"}
"""Terraform's own words in a resource or provider, which no provider's schema has."""

ALL_ON = re.sub(r"(cloudtrail|backup): false", r"\1: true", SAMPLE.read_text(encoding="utf-8"))
RETIRED = (
    ALL_ON.replace('"033333333333"', '"033333333333", regions: [eu-west-2]')
    + "retired: [{account: data, region: us-east-1, then: keep}, {account: data, purpose: logs, then: disable}]\n"
)
OPT_IN = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, me-central-1], tags: {cost-center: platform}}
deployment: {external_id: some-id, session_name: deploying, publish_parameters: false, aws_provider: 6}
keys:
  rotation_period_days: 180
  deletion_window_days: 7
  purposes:
    sns: {rotation: false}
    ebs:
      statements:
        - Sid: NobodyReadsTheSale
          Effect: Deny
          Principal: {AWS: "*"}
          Action: kms:Decrypt
          Condition: {StringEquals: {"kms:EncryptionContext:sale": "50%{off}"}}
accounts: [{name: workloads, id: "222222222222"}]
"""
GOV = """\
version: 1
organization: {home_region: us-gov-west-1, regions: [us-gov-west-1, us-gov-east-1], partition: aws-us-gov}
deployment:
  layout: account-region
  backend: {type: s3, bucket: states, region: us-gov-west-1, prefix: keys, role: "arn:aws-us-gov:iam::222222222222:role/S"}
accounts: [{name: workloads, id: "222222222222"}]
"""
CHINA = """\
version: 1
organization: {home_region: cn-north-1, regions: [cn-north-1], partition: aws-cn}
deployment: {layout: account-region, backend: {type: cloud, organization: example, project: baseline}, role: null}
accounts: [{name: workloads, id: "222222222222"}]
"""
NAMES = ("sample", "all-on", "retired", "opt-in", "gov", "china")


def inventories() -> dict[str, Inventory]:
    """All but the sample, which has fixtures of its own."""
    all_on = inventory(ALL_ON)
    retired = inventory(RETIRED, all_on.lock)
    return {"all-on": all_on, "retired": retired} | {
        name: inventory(text) for name, text in (("opt-in", OPT_IN), ("gov", GOV), ("china", CHINA))
    }


Case = tuple[Inventory, Stacks]


@pytest.fixture(scope="session")
def cases(
    sample_inventory: Inventory, sample_stacks: Stacks, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Case]:
    made = {name: (what, synthesize(what, tmp_path_factory.mktemp(name))) for name, what in inventories().items()}
    return {"sample": (sample_inventory, sample_stacks), **made}


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest, cases: Mapping[str, Case]) -> Case:
    return cases[request.param]


def keys(case: Case) -> Iterator[tuple[Key, Data]]:
    """Each key with the resources of its stack."""
    what, stacks = case
    return ((key, stacks[key.stack]["resource"]) for key in what.keys)


def walk(value: Any) -> Iterator[Any]:
    """Every value in it, metadata left out."""
    yield value
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "//":
                yield name
                yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def strings(value: Any) -> Iterator[str]:
    return (item for item in walk(value) if isinstance(item, str))


def test_there_is_a_stack_for_each_of_the_inventory_and_no_other(case: Case) -> None:
    what, stacks = case
    assert set(stacks) == {stack.name for stack in what.stacks}


def test_all_features_in_all_accounts_make_every_key(cases: Mapping[str, Case]) -> None:
    _, stacks = cases["all-on"]
    assert sum(len(stack["resource"]["aws_kms_key"]) for stack in stacks.values()) == sum(
        keys_of_the_sample("cloudtrail", "backup").values()
    )


def test_every_key_is_as_the_inventory_says(case: Case) -> None:
    for key, resources in keys(case):
        written = {name: of for name, of in resources["aws_kms_key"][key.address].items() if name != "//"}
        period = {"rotation_period_in_days": key.settings.rotation_period_days} if key.settings.rotation else {}
        switch = {} if key.enabled else {"is_enabled": False}
        assert written == period | switch | {
            "provider": f"aws.{key.provider}",
            "description": key.description,
            "policy": key.policy.render().replace("%{", "%%{"),
            "enable_key_rotation": key.settings.rotation,
            "deletion_window_in_days": key.settings.deletion_window_days,
            "tags": dict(key.tags),
            "lifecycle": {"prevent_destroy": True},
        }


def test_every_alias_and_parameter_is_of_its_key(case: Case) -> None:
    for key, resources in keys(case):
        alias = resources["aws_kms_alias"][key.address]
        assert alias["name"] == key.alias
        assert alias["target_key_id"] == f"${{aws_kms_key.{key.address}.key_id}}"
        assert alias["provider"] == f"aws.{key.provider}"
        parameter = resources.get("aws_ssm_parameter", {}).get(key.address)
        assert (parameter and parameter["name"]) == key.parameter
        if parameter:
            assert parameter["value"] == f"${{aws_kms_key.{key.address}.arn}}"
            assert parameter["provider"] == f"aws.{key.provider}"


def test_every_provider_is_as_the_inventory_says(case: Case) -> None:
    what, stacks = case
    for stack in what.stacks:
        written = {provider["alias"]: provider for provider in stacks[stack.name]["provider"]["aws"]}
        assert set(written) == {provider.alias for provider in stack.providers}
        for of in stack.providers:
            role = {"role_arn": of.role, "external_id": of.external_id, "session_name": of.session_name}
            assume = {"assume_role": [{name: value for name, value in role.items() if value}]} if of.role else {}
            assert written[of.alias] == assume | ({"sts_region": of.sts_region} if of.sts_region else {}) | {
                "alias": of.alias,
                "region": of.region,
                "allowed_account_ids": [of.account_id],
                "default_tags": [{"tags": dict(of.tags)}],
            }


def test_the_edges_of_providers_and_rotation_occur(cases: Mapping[str, Case]) -> None:
    def providers(name: str, stack: str) -> dict[str, Data]:
        return {provider["region"]: provider for provider in cases[name][1][stack]["provider"]["aws"]}

    opt_in = providers("opt-in", "workloads")
    assert opt_in["me-central-1"]["sts_region"] == "eu-west-2"
    assert opt_in["me-central-1"]["assume_role"][0]["external_id"] == "some-id"
    assert opt_in["me-central-1"]["assume_role"][0]["session_name"] == "deploying"
    assert "sts_region" not in opt_in["eu-west-2"]
    assert "assume_role" not in providers("china", "workloads-cn-north-1")["cn-north-1"]
    written = cases["opt-in"][1]["workloads"]["resource"]["aws_kms_key"]
    assert written["ebs_me_central_1"]["rotation_period_in_days"] == 180
    assert "rotation_period_in_days" not in written["sns_me_central_1"]
    assert written["sns_me_central_1"]["enable_key_rotation"] is False
    assert "50%%{off}" in written["ebs_me_central_1"]["policy"]


def test_every_stack_has_the_backend_of_the_configuration(cases: Mapping[str, Case]) -> None:
    def backend(name: str, stack: str) -> Data:
        terraform: Data = cases[name][1][stack]["terraform"]
        return terraform.get("backend") or {"cloud": terraform["cloud"]}

    assert backend("sample", "data") == {"local": {"path": "../../../state/data.tfstate"}}
    s3 = backend("gov", "workloads-us-gov-east-1")["s3"]
    assert s3["use_lockfile"] is True
    assert s3["encrypt"] is True
    assert s3["assume_role"] == {"role_arn": "arn:aws-us-gov:iam::222222222222:role/S"}
    assert s3["key"] == "keys/workloads-us-gov-east-1.tfstate"
    cloud = backend("china", "workloads-cn-north-1")["cloud"]
    assert (cloud["organization"], cloud["workspaces"]["project"]) == ("example", "baseline")


def test_what_is_retired_is_forgotten_and_not_destroyed_and_its_provider_stays(cases: Mapping[str, Case]) -> None:
    what, stacks = cases["retired"]
    [stack] = [stack for stack in what.stacks if stack.name == "data"]
    assert stack.forgotten
    expected = [{"from": address, "lifecycle": {"destroy": False}} for address in stack.forgotten]
    assert stacks["data"]["removed"] == expected
    assert all(address.endswith("_us_east_1") for address in stack.forgotten)
    # The later entry also speaks of the key in the region that is gone, and disables it there.
    assert "aws_kms_key.logs_us_east_1" not in stack.forgotten
    assert "us_east_1" in {provider["alias"] for provider in stacks["data"]["provider"]["aws"]}


def test_only_a_key_that_is_retired_by_disabling_is_disabled(cases: Mapping[str, Case]) -> None:
    """Also in a region that is gone. Nothing else of it changes, and of other keys nothing is written about it."""
    for case in cases.values():
        for key, resources in keys(case):
            assert key.enabled == ("is_enabled" not in resources["aws_kms_key"][key.address])
    disabled = {(key.account, key.region, key.purpose) for key in cases["retired"][0].keys if not key.enabled}
    assert disabled == {("data", region, "logs") for region in ("eu-west-2", "us-east-1")}
    before = dict(cases["all-on"][1])["data"]["resource"]["aws_kms_key"]
    for name, written in cases["retired"][1]["data"]["resource"]["aws_kms_key"].items():
        expected = before[name] | ({"is_enabled": False} if name.startswith("logs_") else {})
        assert {k: v for k, v in written.items() if k != "//"} == {k: v for k, v in expected.items() if k != "//"}


def test_what_is_in_one_region_refers_to_nothing_of_another(case: Case) -> None:
    what, stacks = case
    regions = {key.region for key in what.keys}
    for key in what.keys:
        others = [name for region in regions - {key.region} for name in (region, region.replace("-", "_"))]
        resources = [of[key.address] for of in stacks[key.stack]["resource"].values() if key.address in of]
        output = stacks[key.stack]["output"][key.output]
        assert not [(text, other) for text in strings([resources, output]) for other in others if other in text]


def test_nothing_empty_absolute_or_of_the_sandbox_is_written(case: Case) -> None:
    for stack in case[1].values():
        values = list(walk(stack))
        assert {} not in values
        texts = [value for value in values if isinstance(value, str)]
        # Parameters have names like paths; they are of the baseline, not of a machine.
        assert not [text for text in texts if str(ROOT) in text or re.match(r"/(home|root|tmp|work|Users)/", text)]
        assert not [
            t for t in texts if t == "endpoints" or t.startswith("skip_") or "127.0.0.1" in t or "localhost" in t
        ]


def test_no_stack_reads_anything_or_refers_to_another(case: Case) -> None:
    """Neither data sources nor modules nor variables nor remote states: each can be planned alone."""
    for stack in case[1].values():
        assert set(stack) <= {"//", "terraform", "provider", "resource", "output", "removed"}


def test_every_stack_asks_for_our_versions(case: Case) -> None:
    for stack in case[1].values():
        assert stack["terraform"]["required_version"] == REQUIRED_TERRAFORM
        assert stack["terraform"]["required_providers"] == {
            "aws": required_provider(case[0].organization.deployment.aws_provider)
        }


def test_the_constraint_ends_before_the_next_major_version() -> None:
    assert {n: required_provider(n)["version"] for n in (5, 6)} == {5: ">= 5.79, < 6", 6: ">= 5.79, < 7"}


def unknown(written: Mapping[str, Any], known: Mapping[str, Any], ours: set[str], at: str) -> Iterator[str]:
    """The names that a schema lacks, with those in blocks."""
    for name, value in written.items():
        if name in ours:
            continue
        if name not in known:
            yield f"{at}.{name}"
        elif known[name] is not None:
            for block in value if isinstance(value, list) else [value]:
                yield from unknown(block, known[name], set(), f"{at}.{name}")


def strangers(resources: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """The arguments of a stack's resources that one of the providers does not know."""
    return [
        f"{version}: {name}"
        for version, schema in SCHEMAS.items()
        for kind, of_kind in resources.items()
        for called, resource in of_kind.items()
        for name in unknown(resource, schema["resource"][kind], META, f"{kind}.{called}")
    ]


def test_both_providers_know_every_argument(case: Case) -> None:
    for stack in case[1].values():
        assert strangers(stack["resource"]) == []
        for provider in stack["provider"]["aws"]:
            for schema in SCHEMAS.values():
                assert not list(unknown(provider, schema["provider"], META, "provider"))


@pytest.mark.parametrize("version", SCHEMAS)
def test_an_unknown_argument_is_noticed_in_a_block_too(version: str) -> None:
    provider = {"alias": "a", "assume_role": [{"role": "x"}], "other": 1}
    assert list(unknown(provider, SCHEMAS[version]["provider"], META, "p")) == ["p.assume_role.role", "p.other"]


@pytest.mark.usefixtures("provider_mirror")
def test_the_extract_of_the_schema_is_the_real_providers() -> None:
    assert provider_schema.renewed() == provider_schema.FILE.read_text(encoding="utf-8")


def test_the_extract_of_the_later_schema_is_that_of_the_bindings() -> None:
    assert provider_schema.renewed_later() == provider_schema.LATER_FILE.read_text(encoding="utf-8")


DAMAGE: dict[str, Callable[[Data], object]] = {
    "a key less": lambda s: s["resource"]["aws_kms_key"].pop("sns_eu_west_2"),
    "an alias less": lambda s: s["resource"]["aws_kms_alias"].pop("sns_eu_west_2"),
    "a parameter less": lambda s: s["resource"]["aws_ssm_parameter"].pop("sns_eu_west_2"),
    "a key unprotected": lambda s: s["resource"]["aws_kms_key"]["sns_eu_west_2"].pop("lifecycle"),
    "a key enabled": lambda s: s["resource"]["aws_kms_key"]["logs_eu_west_2"].pop("is_enabled"),
    "a key disabled": lambda s: s["resource"]["aws_kms_key"]["sns_eu_west_2"].update(is_enabled=False),
    "a provider less": lambda s: s["provider"]["aws"].pop(),
    "an output less": lambda s: s["output"].pop("sns_eu_west_2_key_arn"),
    "a removed block less": lambda s: s["removed"].pop(),
    "a key more": lambda s: s["resource"]["aws_kms_key"].update(x={"lifecycle": {"prevent_destroy": True}}),
    "an alias more": lambda s: s["resource"]["aws_kms_alias"].update(x={}),
    "another resource": lambda s: s["resource"].update(aws_iam_role={"x": {}}),
    "a provider more": lambda s: s["provider"]["aws"].append({"alias": "x"}),
    "a provider twice": lambda s: s["provider"]["aws"].append(s["provider"]["aws"][0]),
    "an output more": lambda s: s["output"].update(x={}),
    "a removed block more": lambda s: s["removed"].append({"from": "aws_kms_key.x", "lifecycle": {"destroy": False}}),
    "a removed block twice": lambda s: s["removed"].append(s["removed"][0]),
    "a removed block that destroys": lambda s: s["removed"][0].update(lifecycle={"destroy": True}),
}


@pytest.fixture
def retired(cases: Mapping[str, Case]) -> tuple[Stack, Data]:
    what, stacks = cases["retired"]
    [stack] = [stack for stack in what.stacks if stack.name == "data"]
    return stack, copy.deepcopy(dict(stacks["data"]))


def test_a_whole_stack_passes_the_check(retired: tuple[Stack, Data]) -> None:
    check(*retired)


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_stack_is_refused(retired: tuple[Stack, Data], damage: Callable[[Data], object]) -> None:
    stack, written = retired
    damage(written)
    with pytest.raises(WorldError, match="the synthesized stack `data` differs"):
        check(stack, written)
