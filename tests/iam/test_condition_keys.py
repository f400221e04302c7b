"""The one table of condition keys: types, who carries which, what KMS refuses."""

import pytest

from baseline.iam.condition_keys import GLOBAL, KEYS, Presence, condition_key, of_people, of_services
from baseline.iam.values import moment_of, network_of


def test_every_global_key_of_iam_is_there_with_its_type() -> None:
    global_keys = [key for key in GLOBAL.values() if not key.name.startswith("saml:")]
    assert len(global_keys) == 61
    assert sum(key.type == "IPAddress" for key in global_keys) == 3
    assert sum(key.type == "Date" for key in global_keys) == 3
    assert sum(key.has_several_values for key in global_keys) == 7


def test_every_key_has_a_public_source() -> None:
    assert [key.name for key in KEYS.values() if not all(url.startswith("https://") for url in key.sources)] == []
    assert [key.name for key in KEYS.values() if not key.sources and not key.name.startswith("kms:Kms")] == []


@pytest.mark.parametrize(
    ("key", "people", "services"),
    [
        ("aws:PrincipalArn", "always", "never"),
        ("aws:PrincipalAccount", "always", "unknown"),
        ("aws:SourceArn", "never", "sometimes"),
        ("aws:SourceVpce", "sometimes", "never"),
        ("aws:CalledVia", "sometimes", "never"),
        ("aws:PrincipalServiceName", "never", "always"),
        ("aws:currenttime", "always", "always"),
        ("aws:PrincipalTag/team", "sometimes", "never"),
        ("kms:ViaService", "sometimes", "sometimes"),
        ("kms:CallerAccount", "always", "never"),
        ("kms:KeySpec", "sometimes", "sometimes"),
    ],
)
def test_who_carries_a_key(key: str, people: Presence, services: Presence) -> None:
    assert (of_people(key), of_services(key)) == (people, services)


def test_what_kms_refuses_in_a_key_policy() -> None:
    assert {key.name for key in KEYS.values() if key.is_refused} == {"kms:ResourceAliases", "aws:ResourceTag/${TagKey}"}


def test_what_is_the_same_in_every_request_to_one_key() -> None:
    constants = {key.name: key.constant for key in KEYS.values() if key.constant}
    assert constants == {"aws:ResourceAccount": "account", "aws:RequestedRegion": "region"}


def test_a_tag_is_of_its_family() -> None:
    assert condition_key("AWS:resourcetag/Team").name == "aws:ResourceTag/${TagKey}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", 86_400),
        ("2030-01-01T00:00:00Z", 1_893_456_000),
        ("2030-01-01T01:00:00+01:00", 1_893_456_000),
        ("1893456000", 1_893_456_000),
        ("2030", None),
        ("2030-13-01", None),
        ("tomorrow", None),
    ],
)
def test_moments(text: str, seconds: int | None) -> None:
    assert moment_of(text) == seconds


def test_ranges_of_addresses() -> None:
    assert network_of("10.1.2.3/8") == network_of("10.0.0.0/8")
    assert network_of("2001:db8::1/32") is None
    assert network_of("10.0.0.0/33") is None
    assert network_of("203.0.113.7") == network_of("203.0.113.7/32")
