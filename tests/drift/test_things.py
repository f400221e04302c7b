"""What features made: every kind of finding of it, and that no part of a feature is left out."""

from typing import get_args

import pytest

from baseline.drift.expected import ExpectedPlace, expected_places
from baseline.drift.place import find
from baseline.features.feature import ThingKind
from baseline.seen import SeenThing, SeenThings
from tests.conftest import inventory
from tests.deployed.configurations import ON
from tests.drift.seen_places import settled, without_alias

WRONG_THINGS: list[tuple[str, SeenThing | None, str]] = [
    ("topic", None, "feature-gone"),
    ("rule", None, "feature-gone"),
    ("volumes", SeenThing(), "not-encrypted"),
    ("log group", SeenThing("alias/aws/logs"), "other-key"),
    ("trail", SeenThing("arn:aws:kms:eu-west-2:111111111111:key/00000009-0000-0000-0000-000000000000"), "other-key"),
    ("recorder", SeenThing(runs=False), "recorder-stopped"),
]


@pytest.fixture(scope="module")
def place() -> ExpectedPlace:
    """A home region with every feature."""
    text = ON.replace("recorder: managed", "recorder: complete")
    return next(p for p in expected_places(inventory(text)) if (p.account, p.provider.region) == ("data", "eu-west-2"))


def there(place: ExpectedPlace) -> SeenThings:
    """Everything as it should be."""
    keys = {key.address: found.arn for key, found in zip(place.keys, settled(place).keys.values(), strict=True)}
    return SeenThings({thing: SeenThing(keys.get(thing.key or "", ""), thing.runs) for thing in place.things})


def test_where_everything_is_as_it_should_be_nothing_is_found(place: ExpectedPlace) -> None:
    assert list(find(place, settled(place), there(place))) == []


@pytest.mark.parametrize(("kind", "seen", "found"), WRONG_THINGS)
def test_one_difference_is_one_finding_of_its_kind(
    place: ExpectedPlace, kind: str, seen: SeenThing | None, found: str
) -> None:
    thing = next(thing for thing in place.things if thing.kind == kind)
    [finding] = find(place, settled(place), SeenThings({**there(place).there, thing: seen}))
    assert finding.kind == found
    assert str(thing) in finding.problem
    assert finding.purpose == (thing.key or "").removesuffix("_eu_west_2")


@pytest.mark.parametrize("called", ["alias/baseline/sns", "{id}", "arn:aws:kms:eu-west-2:033333333333:{alias}"])
def test_a_topic_may_call_its_key_by_id_and_alias(place: ExpectedPlace, called: str) -> None:
    seen = settled(place)
    alias = "alias/baseline/sns"
    name = called.format(id=seen.aliases[alias], alias=alias)
    thing = next(thing for thing in place.things if thing.kind == "topic")
    assert list(find(place, seen, SeenThings({**there(place).there, thing: SeenThing(name)}))) == []


def test_what_may_not_be_read_is_said(place: ExpectedPlace) -> None:
    [finding] = find(place, settled(place), SeenThings({}, ("the topic `x` (sns:GetTopicAttributes is denied)",)))
    assert (finding.kind, "the topic `x`" in finding.problem) == ("not-readable", True)


def test_of_features_whose_keys_are_not_known_only_what_is_gone_or_in_the_clear_is_said(place: ExpectedPlace) -> None:
    things = there(place)
    thing = next(thing for thing in place.things if thing.kind == "topic")
    kinds = [f.kind for f in find(place, None, SeenThings({**things.there, thing: SeenThing()}))]
    assert kinds == ["not-readable", "not-encrypted"]


def test_a_key_that_lost_its_alias_is_still_the_one_that_encrypts(place: ExpectedPlace) -> None:
    seen = without_alias(settled(place), "alias/baseline/sns")
    assert [finding.kind for finding in find(place, seen, there(place))] == ["alias-gone"]


def test_every_kind_of_thing_and_every_part_of_a_feature_is_looked_for(place: ExpectedPlace) -> None:
    assert {thing.kind for thing in place.things} == set(get_args(ThingKind))
    for part in place.parts:
        assert list(part.things()), part.site.feature
