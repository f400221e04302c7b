"""Random key policies, callers and requests: few accounts, names and keys, so that they often meet."""

from contextlib import suppress
from typing import Any, Literal

from hypothesis import reject
from hypothesis import strategies as st

from baseline.iam.conditions import Condition
from baseline.iam.document import Document
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller
from baseline.iam.statement import Statement

ACCOUNTS = ("111111111111", "222222222222", "033333333333")
VIA = ("ec2.eu-west-2.amazonaws.com", "sns.eu-west-2.amazonaws.com")
SERVICES = ("events.amazonaws.com", "logs.eu-west-2.amazonaws.com", "config.amazonaws.com")
CONTEXT = ("kms:EncryptionContext:aws:sns:topicArn", "kms:EncryptionContext:note")
WORDS = ("a", "b", "ab", "é", 'q"\\', "x y")

accounts = st.sampled_from(ACCOUNTS)
roles = st.builds(
    "arn:aws:iam::{}:{}".format, accounts, st.sampled_from(("role/App", "role/p/App", "user/Ada", "root"))
)
sessions = st.builds("arn:aws:sts::{}:assumed-role/App/{}".format, accounts, st.sampled_from(("s1", "s2")))


def patterns_in(*accounts: str) -> st.SearchStrategy[str]:
    names = st.sampled_from(("role/*", "role/?pp", "user/Ada"))
    return st.builds("arn:aws:iam::{}:{}".format, st.sampled_from(accounts), names)


arn_patterns = patterns_in(*ACCOUNTS, "*")
topics = st.builds("arn:aws:sns:{}:{}:{}".format, st.sampled_from(("eu-west-2", "*")), accounts, st.sampled_from("xy*"))
# Those that carry an encryption context most often, since most conditions are about it.
action_patterns = st.sampled_from(
    (
        "kms:Decrypt",
        "kms:decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:Re*",
        "kms:CreateGrant",
        "kms:*",
        "kms:S*",
    )
)
ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptTo", "kms:CreateGrant", "kms:ScheduleKeyDeletion")


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


def _of(key: str, operators: tuple[str, ...], values: st.SearchStrategy[str]) -> st.SearchStrategy[Condition]:
    return st.builds(Condition, st.sampled_from(operators), st.just(key), several(values))


STRINGS = ("StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringNotLikeIfExists")
conditions = st.one_of(
    _of("kms:ViaService", STRINGS, st.sampled_from(VIA)),
    _of("kms:CallerAccount", STRINGS, accounts),
    _of("aws:SourceAccount", STRINGS, accounts),
    _of(CONTEXT[0], ("ArnLike", "ArnEquals", "ArnNotLike", "ArnLikeIfExists"), topics),
    _of(CONTEXT[1], STRINGS, st.sampled_from(WORDS)),
    _of(CONTEXT[1], ("Null",), st.sampled_from(("true", "false"))),
    _of("aws:PrincipalArn", ("ArnLike", "ArnNotEquals"), arn_patterns),
    _of("aws:PrincipalArn", ("StringEquals", "StringNotEquals"), roles),
    _of("kms:GrantIsForAWSResource", ("Bool", "BoolIfExists"), st.sampled_from(("true", "false"))),
    _of("kms:TrailingDaysWithoutKeyUsage", ("NumericLessThanEquals", "NumericNotEquals"), st.sampled_from(("30", "365"))),
    _of(
        "kms:EncryptionContextKeys",
        ("ForAnyValue:StringEquals", "ForAnyValue:StringNotEqualsIfExists", "ForAllValues:StringLike"),
        st.sampled_from(WORDS),
    ),
)  # fmt: skip


def _one_account(arns: list[str]) -> list[str]:
    account = arns[0].split(":")[4]
    return [arn for arn in arns if arn.split(":")[4] == account]


principals = st.one_of(
    st.builds(Principal.account, st.just("aws"), accounts),
    st.builds(Principal.through, accounts, st.sampled_from(VIA)),
    st.builds(Principal.exactly, st.lists(roles, min_size=1, max_size=3).map(_one_account)),
    st.builds(Principal.like, st.just("aws"), st.just(ACCOUNTS[0]), several(patterns_in("*", ACCOUNTS[0]))),
    several(st.sampled_from(SERVICES)).map(lambda names: Principal.service(*names)),
    st.builds(Principal.organization, st.just("o-a1b2c3d4e5"), st.sampled_from(VIA)),
    st.just(Principal.everyone()),
    st.builds(Principal.named, st.lists(roles | sessions, min_size=1, max_size=3)),
)  # fmt: skip


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    """The parts of a statement, which may not fit together."""
    effects: tuple[Literal["Allow", "Deny"], ...] = ("Allow", "Allow", "Deny")
    return {
        "sid": draw(st.sampled_from(("Root", "A b", "Ü", "X1", "X2", "X3"))),
        "effect": draw(st.sampled_from(effects)),
        "principal": draw(principals),
        "actions": tuple(draw(st.lists(action_patterns, max_size=3))),
        "conditions": tuple(draw(st.lists(conditions, max_size=2))),
    }


@st.composite
def _statements(draw: st.DrawFn) -> Statement:
    """Parts are drawn until they fit together: given up at once, a document of four would hardly ever come about."""
    for _ in range(8):
        with suppress(PolicyError):
            return Statement(**draw(parts()))
    return reject()


statements = _statements()
documents = st.lists(statements, min_size=1, max_size=4, unique_by=lambda s: s.sid).map(lambda s: Document(tuple(s)))

callers: st.SearchStrategy[Caller] = st.one_of(
    st.builds(IamCaller, roles | sessions),
    st.builds(IamCaller, st.just(f"arn:aws:iam::{ACCOUNTS[0]}:role/p/App"), st.sampled_from(("", "s1"))),
    st.builds(ServiceCaller, st.sampled_from((*SERVICES, "sns.amazonaws.com"))),
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "kms:ViaService": st.sampled_from(VIA),
        "aws:SourceAccount": accounts,
        CONTEXT[0]: topics | st.just("no ARN"),
        "KMS:encryptioncontext:NOTE": st.sampled_from(WORDS),
        "kms:GrantIsForAWSResource": st.sampled_from(("true", "false")),
        "kms:TrailingDaysWithoutKeyUsage": st.sampled_from(("0", "30", "31", "many")),
        "kms:EncryptionContextKeys": st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
        "aws:PrincipalOrgID": st.just("o-a1b2c3d4e5"),
    },
)
requests = st.builds(Request, callers, st.sampled_from(ACTIONS), contexts)
