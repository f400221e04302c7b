"""Conditions on keys that the callers whom a statement names never carry.

Who carries what: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator, Mapping, Sequence

from baseline.found.condition_test import Test
from baseline.found.place import names_of
from baseline.iam.actions import CRYPTOGRAPHIC
from baseline.iam.arns import is_account_id
from baseline.iam.condition_keys import CallerKind, of_people, presence
from baseline.iam.services import TOPIC_CONTEXT, describes_an_iam_principal, is_unsupported, sends
from baseline.words import some

_Problem = tuple[str, str]
"""The kind and the sentence."""

_WITH_ACCOUNT = ("aws:SourceOrgID", "aws:SourceOrgPaths")
"""Keys that come with `aws:SourceAccount`, as AWS's own guardrail takes for granted:
https://github.com/aws-samples/data-perimeter-policy-examples"""
_WHOSE: Mapping[CallerKind, str] = {
    "forwarded": "that AWS services make for users and roles",
    "service": "that AWS services make by themselves",
}
_TOLD: Mapping[tuple[str, CallerKind], str] = {
    ("aws:PrincipalIsAWSService", "service"): "true",
    ("aws:PrincipalIsAWSService", "forwarded"): "false",
    ("aws:ViaAWSService", "service"): "false",
    ("aws:ViaAWSService", "forwarded"): "true",
}
"""What tells such calls from others: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html"""


def caller_problems(test: Test) -> Iterator[_Problem]:
    """What an Allow demands of callers who cannot meet it."""
    if test.is_allow:
        yield from _people(test)
        yield from _services(test)


def _people(test: Test) -> Iterator[_Problem]:
    named = names_of(test.statement, "AWS")
    if named and not test.holds_without and test.operator.base != "Null" and of_people(test.key) == "never":
        who = "no user or role carries it" if "*" in named else f"`{named[0]}` never carries it"
        yield "condition-key-of-services", f"`{test.key}` comes with calls of AWS services alone, and {who}"


def _services(test: Test) -> Iterator[_Problem]:
    for service in names_of(test.statement, "Service"):
        if _of_others(test):
            yield (
                "service-for-other-account",
                f"`{service}` may act for {some(test.values)}, and not for the key's own account",
            )
        if test.operator.is_if_exists and not describes_an_iam_principal(test.key):
            continue
        if describes_an_iam_principal(test.key):
            yield "condition-key-not-sent", f"`{test.key}` describes IAM principals, and `{service}` is none"
        elif is_unsupported(service, test.key):
            advice = f"; `{TOPIC_CONTEXT}` is sent for topics" if sends(service, TOPIC_CONTEXT) else ""
            yield (
                "condition-key-not-sent",
                f"for messages to topics AWS calls `{test.key}` of `{service}` unsupported{advice}",
            )
        elif sends(service, test.key) is False and not (
            test.key in _WITH_ACCOUNT and sends(service, "aws:SourceAccount")
        ):
            yield "condition-key-not-known", f"nobody documents that `{service}` sends `{test.key}`"


def _of_others(test: Test) -> bool:
    """Whether the only accounts that the service may act for are others than the key's."""
    named = test.key == "aws:SourceAccount" and test.operator.base == "StringEquals" and not test.operator.is_if_exists
    own = test.place.account_id
    return named and bool(own) and own not in test.values and all(map(is_account_id, test.values))


def deny_problems(tests: Sequence[Test], for_services: frozenset[str]) -> Iterator[_Problem]:
    """Calls of services that a Deny for everyone hits all, only because they never carry the condition key.

    `for_services`: the actions that the policy gives to services by name.
    """
    if not tests or tests[0].is_allow or "*" not in names_of(tests[0].statement, "AWS"):
        return
    actions = tests[0].actions
    asked = {"forwarded": actions & {*CRYPTOGRAPHIC, "kms:CreateGrant"}, "service": actions & for_services}
    hit = {kind: key for kind in _WHOSE if asked[kind] and (key := _missing(tests, kind))}
    if hit:
        keys = " and ".join(dict.fromkeys(f"`{key}`" for key in hit.values()))
        whose = ", nor with those ".join(_WHOSE[kind] for kind in hit)
        yield "deny-hits-services", f"{keys} never comes with calls {whose}: the Deny hits them all"


def _missing(tests: Sequence[Test], kind: CallerKind) -> str:
    """The key by whose absence a Deny hits every such call; empty if it does not, or not for that reason alone."""
    missing = ""
    for test in tests:
        if _is_never_there(test.key, kind):
            if not test.holds_without:
                return ""
            missing = missing or test.key
        elif not _holds_of_all(test, kind):
            return ""
    return missing


def _is_never_there(key: str, kind: CallerKind) -> bool:
    return presence(key, kind) == "never" or (kind == "service" and describes_an_iam_principal(key))


def _holds_of_all(test: Test, kind: CallerKind) -> bool:
    told = _TOLD.get((test.key, kind))
    return told is not None and test.operator.base == "Bool" and told in [value.lower() for value in test.values]
