"""Purposes of the owner's own: who has their keys, what is proven of them, and how they are kept."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import Mistakes, Refusal
from baseline.inventory import Inventory, Key
from baseline.lock_reading import parse_lock
from baseline.own_purpose import PREFIX
from baseline.prover.expectations.own import expected_of_own
from baseline.prover.inventory import prove_alike, prove_all
from baseline.prover.judgements import prove_key
from baseline.purposes import PURPOSES
from baseline.purposes.own import not_shown
from baseline.setting_changes import setting_changes
from operations.own_purpose_notes import own_purpose_notes
from tests.conftest import Run, inventory, some
from tests.own import BOTH, LAKE, SEARCH, organization
from tests.prover.mutants import mutants
from tests.prover.new_access import new_access
from tests.prover.subjects import of_key
from tests.prover.test_mutants import holds

LAKE_KEYS = {"data eu-west-2", "data us-east-1"}


@pytest.fixture(scope="module")
def both() -> Inventory:
    return inventory(BOTH)


def where(found: Inventory, purpose: str) -> set[str]:
    return {f"{key.account} {key.region}" for key in found.keys if key.purpose == purpose}


def lake(found: Inventory) -> Key:
    return next(key for key in found.keys if key.purpose == "custom-data-lake" and key.region == "eu-west-2")


def test_the_accounts_and_regions_that_it_names_have_the_key(both: Inventory) -> None:
    assert where(both, "custom-data-lake") == LAKE_KEYS
    assert where(both, "custom-search") == {"data eu-west-2", "analytics eu-west-2"}
    by_exception = """\
  exceptions:
    - {account: data, region: us-east-1, purpose: custom-data-lake, key: false, reason: nothing there}
    - {account: data, region: us-east-1, purpose: custom-search, key: true, reason: a domain is there}
"""
    other = inventory(organization(LAKE, SEARCH, keys=by_exception))
    assert where(other, "custom-data-lake") == {"data eu-west-2"}
    assert where(other, "custom-search") == {"data eu-west-2", "data us-east-1", "analytics eu-west-2"}
    [declined] = next(account for account in other.organization.accounts if account.name == "data").declined.values()
    assert declined.reason == "nothing there"


def test_its_names_can_be_no_other_purposes_now_or_later(both: Inventory) -> None:
    key = lake(both)
    assert (key.alias, key.parameter) == ("alias/baseline/custom-data-lake", "/baseline/kms/custom-data-lake/arn")
    assert (key.address, key.tags) == ("custom-data-lake_eu_west_2", {"purpose": "custom-data-lake"})
    assert not [name for name in PURPOSES if name.startswith(PREFIX)]


def test_each_service_calls_from_where_the_owner_says(both: Inventory) -> None:
    via = {s.sid: s.as_dict()["Condition"] for s in lake(both).policy.statements if s.sid.startswith("AccountUses")}
    assert "'kms:ViaService': 'glue.eu-west-2.amazonaws.com'" in str(via["AccountUsesTheKeyThroughGlue"])
    everywhere = "['dynamodb.eu-west-2.amazonaws.com', 'dynamodb.us-east-1.amazonaws.com']"
    assert f"'kms:ViaService': {everywhere}" in str(via["AccountUsesTheKeyThroughDynamodb"])


def test_every_property_holds_and_that_of_keys_that_are_alike_too(both: Inventory) -> None:
    own = [key for key in both.keys if key.purpose.startswith(PREFIX)]
    apart = [(p.key.where, p.judgement.about.id, p.judgement.verdict) for p in prove_all(both, own)]
    assert {verdict for *_, verdict in apart} == {"holds"}
    assert [(p.key.where, p.judgement.about.id, p.judgement.verdict) for p in prove_alike(both, own)] == apart


@pytest.mark.parametrize("named", ["033333333333", "222222222222"])
def test_an_account_that_the_owner_names_in_a_context_is_not_renamed(named: str) -> None:
    """Policies are composed once for accounts that are alike."""
    queue = f"arn:aws:sqs:eu-west-2:{named}:orders"
    own = "    orders:\n      title: Orders\n      through:\n" + (
        f'        - {{service: sqs, may: publish, context: {{"aws:sqs:arn": ["{queue}"]}}}}\n'
    )
    found = inventory(organization(own))
    policies = {key.account: key.policy.render() for key in found.keys if key.purpose == "custom-orders"}
    assert set(policies) == {"data", "analytics"}
    assert all(queue in policy for policy in policies.values())
    assert all(proof.judgement.verdict == "holds" for proof in prove_alike(found))


def test_what_is_expected_does_not_follow_from_what_the_policy_is_made_of(both: Inventory) -> None:
    """A definition whose entry were composed wrongly is found: here one that lost a fence, and one that gives more."""
    purpose = both.organization.purposes["custom-data-lake"]
    assert purpose.own
    assert expected_of_own(replace(purpose.own, share="use")) != expected_of_own(purpose.own)
    key = lake(both)
    policy: dict[str, Any] = json.loads(key.policy.render())
    for sid, change, property in (
        ("DeliveryLogsUsesTheKey", {"Condition": {}}, "services-only-for-this-account"),
        ("LogsUsesTheKey", {"Condition": {}}, "services-only-for-this-account"),
        ("AccountUsesTheKeyThroughGlue", {"Action": ["kms:Decrypt", "kms:PutKeyPolicy"]}, "nobody-else-manages"),
    ):
        changed = [s | change if s["Sid"] == sid else s for s in policy["Statement"]]
        failing = {
            judgement.about.id
            for judgement in prove_key(of_key(both, key), {**policy, "Statement": changed})
            if judgement.verdict == "fails"
        }
        assert property in failing, sid


EVERY_KEY_HAS = {
    "AccountKeepsTheKeyManageable",
    "AdministratorsManageTheKey",
    "UsersUseTheKey",
    "UsersGrantToAwsServices",
    "NobodyBypassesTheLockoutCheck",
}
"""Of these `tests/prover/test_mutants.py` tries the mutants."""


NOT_HONOURED = re.compile("Shared.*: with kms:(PutKeyPolicy|ReplicateKey)")
"""KMS honours no management across accounts, whatever the policy says."""


def test_every_change_of_meaning_of_its_policy_dies_by_a_property(both: Inventory) -> None:
    key = lake(both)
    subject, policy = of_key(both, key), json.loads(key.policy.render())
    ours = {s["Sid"] for s in policy["Statement"]} - EVERY_KEY_HAS
    of_own = some([mutant for mutant in mutants(policy) if mutant.change.split(":")[0] in ours])
    left = [mutant for mutant in of_own if holds(prove_key(subject, mutant.policy))]
    assert len(of_own) - len(left) >= 20
    changes = [m for m in left if new_access(policy, m.policy, "aws") or new_access(m.policy, policy, "aws")]
    assert [mutant.change for mutant in changes if not NOT_HONOURED.fullmatch(mutant.change)] == []


def test_a_definition_that_goes_is_a_loss_with_its_cause(both: Inventory) -> None:
    with pytest.raises(Refusal) as refused:
        inventory(organization(SEARCH), both.lock)
    message = str(refused.value)
    assert "data (033333333333) eu-west-2 custom-data-lake: `keys.custom` defines no data-lake any more" in message
    assert "under another name it would be another key" in message
    retired = "retired:\n  - {account: data, purpose: custom-data-lake, then: keep}\n"
    left = inventory(organization(SEARCH, more=retired), both.lock)
    assert "aws_kms_key.custom-data-lake_us_east_1" in left.by_name["data"].forgotten


def test_the_lock_is_read_whatever_is_defined(both: Inventory) -> None:
    assert parse_lock(both.lock.render(), "lock") == both.lock
    with pytest.raises(Mistakes, match="are no purposes that this version knows"):
        parse_lock(both.lock.render().replace("custom-search", "customsearch"), "lock")


@pytest.mark.parametrize("purpose", ["", "purpose: custom-data-lake, "])
def test_a_key_is_kept_disabled_only_where_its_purpose_is_defined(both: Inventory, purpose: str) -> None:
    retired = f"retired:\n  - {{account: data, {purpose}then: disable}}\n"
    with pytest.raises(Mistakes) as caught:
        inventory(organization(SEARCH, more=retired), both.lock)
    [mistake] = caught.value.mistakes
    assert "`keys.custom` defines no data-lake any more, and nothing else says how its keys are set" in str(mistake)
    kept = inventory(organization(LAKE, SEARCH, more=retired), both.lock)
    assert {key.enabled for key in kept.keys if key.purpose == "custom-data-lake"} == {False}


def test_what_no_probe_shows_is_said(both: Inventory) -> None:
    purpose = both.organization.purposes["custom-data-lake"]
    assert purpose.own
    assert (purpose.probe, purpose.more_probes) == ("table", ())
    assert list(not_shown(purpose.own)) == [
        "s3 (its context names what no probe makes)",
        "glue (there is no probe for it)",
        "delivery.logs (it calls by its own service principal)",
        "logs (it calls by its own service principal)",
    ]


def test_every_note_about_one(both: Inventory) -> None:
    assert list(own_purpose_notes(both)) == [
        "organization.yaml:6: what services do with custom-data-lake keys rests on your word (9 statements, evidence `yours`)",
        "organization.yaml:21: what services do with custom-search keys rests on your word (2 statements, evidence `yours`)",
    ]


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        (
            'through: [{service: s3, may: use, context: {"aws:s3:arn": ["arn:aws:s3:::lake/*"]}}]',
            "has `arn:aws:s3:::lake/*` and not the bucket itself: with an S3 Bucket Key",
        ),
        (
            'through: [{service: sqs, may: use, context: {"aws:sqs:queue": ["x"]}}]',
            "whether `sqs` has `aws:sqs:queue` in its encryption context is not known; known are aws:sqs:arn",
        ),
        (
            'through: [{service: es, may: use, context: {"aws:es:arn": ["x"]}}]',
            "whether `es` has `aws:es:arn` in its encryption context is not known; none of its names is known",
        ),
        (
            "through: [{service: codepipeline, may: use}]",
            "whether `codepipeline` stands in `kms:ViaService` is not known",
        ),
        (
            "services: [{principal: guardduty, may: write, source_account: own}]",
            "whether `guardduty` sends `aws:SourceAccount` is not known",
        ),
    ],
)
def test_what_may_be_wrong_is_a_note(entry: str, note: str) -> None:
    found = inventory(organization(f"    mine:\n      title: Mine\n      {entry}\n"))
    assert [each for each in own_purpose_notes(found) if note in each and each.startswith("organization.yaml:6: ")]


def test_two_for_the_same_service_are_a_note() -> None:
    other = "    other:\n      title: Other\n      through: [{service: es, may: read}]\n"
    [*_, note] = own_purpose_notes(inventory(organization(SEARCH, other)))
    assert note.startswith("data, analytics can use both custom-search and custom-other keys through es")


def test_another_title_is_a_change_though_no_policy_tells_it(both: Inventory) -> None:
    other = inventory(BOTH.replace("OpenSearch domains", "Domains"))
    [change] = setting_changes(both.organization, other.organization)
    assert (change.name, change.old, change.new) == ("keys.custom.search.title", "OpenSearch domains", "Domains")


def test_the_commands_know_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(BOTH, encoding="utf-8")
    checked = run("check")
    assert checked.returncode == 0, checked.stderr
    assert "evidence `yours`" in checked.stderr + checked.stdout
    assert "alias/baseline/custom-search" in run("keys", "--purpose", "custom-search").stdout
    assert "no custom-search keys: `keys.custom without search`" in run("cost").stdout
    assert "did you mean `custom-data-lake`?" in run("keys", "--purpose", "custom-data-lak").stderr
    why = run("policy", "show", "analytics", "eu-west-2", "custom-data-lake").stderr
    assert "it is for other accounts or regions, by organization.yaml:6" in why
