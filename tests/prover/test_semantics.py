"""Small policies around every rule of how AWS evaluates one, with the verdicts they must get."""

from typing import Any

import pytest

from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, Requests, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.subject import people, services
from tests.prover.published import (
    ALLOW_ALL,
    ANY_SERVICE,
    DECRYPT,
    FOREIGN,
    IN_APP,
    NAMES,
    NOTE,
    OWN,
    ROOT,
    SESSION,
    TOPIC,
    USER,
    A,
    B,
    R,
    allowed,
    denied,
    policy,
    statement,
    told,
)

USED = "kms:TrailingDaysWithoutKeyUsage"


def noted(operator: str, *values: str) -> Requests:
    return people(OWN, condition(operator, NOTE, *values), actions=("kms:Decrypt",))


TABLE: tuple[tuple[str, dict[str, Any], Claim, str], ...] = (
    ("a deny wins", denied(), never("may", DECRYPT), "holds"),
    (
        "a negated deny hits requests without the key",
        denied(StringNotEquals={"kms:ViaService": "x"}),
        never("may", noted("Null", "true")),
        "fails",
    ),
    ("and does not spare root", denied(StringNotEquals={"kms:ViaService": "x"}), always("may", DECRYPT), "fails"),
    ("an allow needs its key", allowed(StringEquals={NOTE: "a"}), never("may", noted("Null", "true")), "holds"),
    ("a negated allow does not", allowed(StringNotEquals={NOTE: "a"}), never("may", noted("Null", "true")), "fails"),
    ("IfExists does not", allowed(StringEqualsIfExists={NOTE: "a"}), never("may", noted("Null", "true")), "fails"),
    ("Null false demands it", allowed(Null={NOTE: "false"}), never("may", noted("Null", "true")), "holds"),
    (
        "values are alternatives",
        allowed(StringEquals={NOTE: ["a", "b"]}),
        always("may", noted("StringEquals", "b")),
        "holds",
    ),
    (
        "of a negated operator all must differ",
        allowed(StringNotEquals={NOTE: ["a", "b"]}),
        never("may", noted("StringEquals", "b")),
        "holds",
    ),
    ("case counts", allowed(StringEquals={NOTE: "a"}), always("may", noted("StringEquals", "A")), "fails"),
    (
        "unless it is ignored",
        allowed(StringEqualsIgnoreCase={NOTE: "a"}),
        always("may", noted("StringEquals", "A")),
        "holds",
    ),
    (
        "a star in StringEquals is a star",
        allowed(StringEquals={NOTE: "a*"}),
        always("may", noted("StringEquals", "ab")),
        "fails",
    ),
    (
        "keys are compared in any case",
        allowed(StringEquals={NOTE.upper().replace("KMS", "kms"): "a"}),
        always("may", noted("StringEquals", "a")),
        "holds",
    ),
    (
        "ArnEquals has wildcards",
        allowed(ArnEquals={TOPIC: "arn:aws:sns:*:*:t"}),
        always(
            "may", people(OWN, condition("StringEquals", TOPIC, f"arn:aws:sns:{R}:{B}:t"), actions=("kms:Decrypt",))
        ),
        "holds",
    ),
    (
        "a value that is no ARN never matches",
        allowed(ArnLike={TOPIC: "arn:*:*:*:*:*"}),
        always("may", people(OWN, condition("Null", TOPIC, "false"), actions=("kms:Decrypt",))),
        "fails",
    ),
    (
        "ForAllValues holds without the key",
        allowed(**{"ForAllValues:StringEquals": {NAMES: "a"}}),
        never("may", people(condition("Null", NAMES, "true"))),
        "fails",
    ),
    (
        "ForAnyValue does not",
        allowed(**{"ForAnyValue:StringEquals": {NAMES: "a"}}),
        never("may", people(condition("Null", NAMES, "true"))),
        "holds",
    ),
    (
        "ForAnyValue takes one of several",
        allowed(**{"ForAnyValue:StringEquals": {NAMES: "a"}}),
        never("may", people(condition("ForAnyValue:StringEquals", NAMES, "b"))),
        "fails",
    ),
    (
        "ForAllValues takes all",
        allowed(**{"ForAllValues:StringEquals": {NAMES: "a"}}),
        never("may", people(condition("ForAnyValue:StringEquals", NAMES, "b"))),
        "holds",
    ),
    (
        "a session is not its role",
        policy(statement({"AWS": SESSION}, "kms:Decrypt")),
        always("direct", IN_APP),
        "fails",
    ),
    ("but acts as the role", policy(statement({"AWS": SESSION}, "kms:Decrypt")), never("direct", IN_APP), "fails"),
    (
        "a session's role may have a path",
        policy(statement({"AWS": SESSION}, "kms:Decrypt")),
        never("direct", people(condition("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/some/path/App"))),
        "fails",
    ),
    ("a role covers its sessions", policy(statement({"AWS": USER}, "kms:Decrypt")), always("direct", IN_APP), "holds"),
    ("names are exact", policy(statement({"AWS": USER.lower()}, "kms:Decrypt")), never("direct", IN_APP), "holds"),
    ("the account delegates", allowed(), always("direct", IN_APP), "fails"),
    ("to all of it", allowed(), always("may", IN_APP), "holds"),
    ("an account ID is its account", policy(statement({"AWS": A}, "kms:Decrypt")), always("may", IN_APP), "holds"),
    (
        "the root user has it directly",
        allowed(),
        always("direct", people(condition("StringEquals", "aws:PrincipalArn", ROOT), actions=("kms:Decrypt",))),
        "holds",
    ),
    (
        "a path may hold :root",
        policy(statement({"AWS": f"arn:aws:iam::{A}:role/x:root"}, "kms:Decrypt")),
        never("may", people(condition("StringNotEquals", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/x:root"))),
        "holds",
    ),
    ("everyone is of any account", policy(statement("*", "kms:Decrypt")), never("direct", FOREIGN), "fails"),
    (
        "an Allow for * may let services in",
        policy(statement({"AWS": "*"}, "kms:Decrypt")),
        never("may", ANY_SERVICE),
        "fails",
    ),
    (
        "a Deny for * keeps them out",
        policy(
            statement({"Service": "x.amazonaws.com"}, "kms:Decrypt"), statement({"AWS": "*"}, "kms:Decrypt", "Deny")
        ),
        never("may", ANY_SERVICE),
        "holds",
    ),
    (
        "and may",
        policy(
            statement({"Service": "x.amazonaws.com"}, "kms:Decrypt"), statement({"AWS": "*"}, "kms:Decrypt", "Deny")
        ),
        always("direct", services(named=("x.amazonaws.com",), actions=("kms:Decrypt",))),
        "fails",
    ),
    (
        "a pattern takes in actions to come",
        policy(statement({"Service": "x.amazonaws.com"}, "kms:Get*")),
        never(
            "may",
            services(
                but_not=(
                    "kms:GetPublicKey",
                    "kms:GetKeyPolicy",
                    "kms:GetKeyRotationStatus",
                    "kms:GetKeyLastUsage",
                    "kms:GetParametersForImport",
                )
            ),
        ),
        "fails",
    ),
    ("actions in any case", policy(statement({"AWS": ROOT}, "KMS:decrypt")), always("may", DECRYPT), "holds"),
    (
        "numbers",
        policy(ALLOW_ALL, statement("*", "kms:DisableKey", "Deny", NumericLessThanEquals={USED: "30"})),
        never(
            "may",
            people(condition("NumericLessThan", USED, "31"), actions=("kms:DisableKey",)),
        ),
        "holds",
    ),
    (
        "numbers at the edge",
        policy(ALLOW_ALL, statement("*", "kms:DisableKey", "Deny", NumericLessThan={USED: "30"})),
        never(
            "may",
            people(condition("NumericLessThan", USED, "31"), actions=("kms:DisableKey",)),
        ),
        "fails",
    ),
    (
        "a statement without Action does nothing",
        policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*"}),
        never("may", people()),
        "holds",
    ),
    (
        "IAM principals are no services",
        policy(statement("*", "kms:Decrypt", Bool={"aws:PrincipalIsAWSService": "true"})),
        never("may", people()),
        "holds",
    ),
    (
        "services are",
        policy(statement("*", "kms:Decrypt", Bool={"aws:PrincipalIsAWSService": "true"})),
        never("may", ANY_SERVICE),
        "fails",
    ),
)


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("what", "given", "claim", "verdict"), TABLE, ids=name_of)
def test_verdicts(what: str, given: dict[str, Any], claim: Claim, verdict: str) -> None:
    [answer] = prove(given, "aws", [claim])
    assert told(answer) == verdict, answer


def test_many_denies_with_many_keys_end_in_an_answer() -> None:
    keys = [f"kms:EncryptionContext:k{i}" for i in range(16)]
    denies = [
        statement("*", "kms:Decrypt", "Deny", StringEquals={keys[i % 16]: "a", keys[(i * 7 + 3) % 16]: "a"})
        for i in range(80)
    ]
    [answer] = prove(policy(ALLOW_ALL, *denies), "aws", [never("may", DECRYPT)])
    assert answer.verdict == "fails"


PERIMETER = (
    ("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"),
    ("StringNotEquals", "aws:RequestedRegion", "eu-west-2"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("Bool", "aws:SecureTransport", "false"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
    ("StringNotEquals", "aws:PrincipalType", "AssumedRole"),
    ("ForAllValues:StringNotEquals", "aws:CalledVia", "ec2.amazonaws.com"),
)


@pytest.mark.parametrize(("operator", "key", "value"), PERIMETER)
def test_global_keys_are_decided(operator: str, key: str, value: str) -> None:
    """A Deny on any of them takes something away, and does not take everything; nothing is unsupported."""
    fenced = denied(**{operator: {key: value}})
    always_there, never_there = prove(fenced, "aws", [always("may", DECRYPT), never("may", DECRYPT)])
    assert (always_there.verdict, never_there.verdict) == ("fails", "fails")
    assert always_there.counterexample is not None
    assert always_there.counterexample.decision.effect == "denied"


VALUES: tuple[tuple[str, str, str, str | list[str], tuple[str, str], str], ...] = (
    ("in the range", "IpAddress", "aws:SourceIp", "10.0.0.0/8", ("IpAddress", "10.2.0.0/16"), "holds"),
    ("around it", "IpAddress", "aws:SourceIp", "10.2.0.0/16", ("IpAddress", "10.0.0.0/8"), "fails"),
    ("IPv4 bits behind the length", "IpAddress", "aws:SourceIp", "10.2.3.4/16", ("IpAddress", "10.2.0.0/16"), "holds"),
    ("IPv6 bits match nothing", "IpAddress", "aws:SourceIp", "2001:db8::1/32", ("IpAddress", "2001:db8::1"), "fails"),
    ("halves", "IpAddress", "aws:SourceIp", ["10.0.0.0/9", "10.128.0.0/9"], ("IpAddress", "10.0.0.0/8"), "holds"),
    ("all but one", "NotIpAddress", "aws:SourceIp", "203.0.113.7", ("IpAddress", "203.0.113.0/24"), "fails"),
    ("earlier", "DateLessThan", "aws:CurrentTime", "2030-01-01", ("DateLessThan", "2029-01-01"), "holds"),
    ("offset", "DateLessThan", "aws:CurrentTime", "2030-01-01T01:00:00+01:00", ("DateLessThan", "2030-01-02"), "fails"),
    ("since 1970", "DateLessThan", "aws:EpochTime", "1893456000", ("NumericLessThan", "1893456000"), "holds"),
    ("fraction", "NumericLessThan", "aws:MultiFactorAuthAge", "300", ("NumericLessThanEquals", "299.5"), "holds"),
)


@pytest.mark.parametrize(("what", "operator", "key", "given", "under", "verdict"), VALUES)
def test_numbers_times_and_addresses(
    what: str, operator: str, key: str, given: str | list[str], under: tuple[str, str], verdict: str
) -> None:
    asked = people(OWN, condition(under[0], key, under[1]), actions=("kms:Decrypt",))
    [answer] = prove(allowed(**{operator: {key: given}}), "aws", [always("may", asked)])
    assert answer.verdict == verdict, answer


def test_only_services_say_what_they_act_for() -> None:
    open_to_sources = policy(statement("*", "kms:Decrypt", StringEquals={"aws:SourceAccount": A}))
    people_may, services_may = prove(open_to_sources, "aws", [never("may", people()), never("may", ANY_SERVICE)])
    assert (people_may.verdict, services_may.verdict) == ("holds", "fails")
