"""A statement in plain sentences: who may do what, under which conditions."""

from collections.abc import Iterator, Mapping, Sequence

from baseline.iam.actions import ACTIONS, expand_all
from baseline.iam.arns import Arn, is_account_id
from baseline.iam.condition_keys import ENCRYPTION_CONTEXT
from baseline.iam.reading import PlainCondition, PlainStatement
from baseline.prover.action_groups import ACTION_GROUPS, ENDING_GRANTS, GRANTING

_SUBJECTS: Mapping[str, str] = {
    "kms:calleraccount": "the caller's account",
    "aws:principalaccount": "the caller's account",
    "aws:principalarn": "the caller",
    "aws:principalorgid": "the caller's organization",
    "kms:viaservice": "the service that calls for them",
    "aws:sourceaccount": "the account that the service acts for",
    "aws:sourcearn": "the resource that the service acts for",
    "kms:trailingdayswithoutkeyusage": "the number of days since the key was last used",
}
_STATES: Mapping[tuple[str, str], str] = {
    ("kms:grantisforawsresource", "true"): "the grant is for an AWS service",
    ("kms:grantisforawsresource", "false"): "the grant is not for an AWS service",
    ("kms:bypasspolicylockoutsafetycheck", "true"): "they skip the lockout check",
    ("aws:principalisawsservice", "true"): "the caller is an AWS service",
    ("aws:principalisawsservice", "false"): "the caller is no AWS service",
}
_VERBS: Mapping[str, str] = {
    "StringEquals": "is",
    "StringEqualsIgnoreCase": "is, in any letter case,",
    "StringLike": "is like",
    "ArnEquals": "is like the ARN",
    "ArnLike": "is like the ARN",
    "Bool": "is",
    "NumericEquals": "is",
    "NumericLessThan": "is less than",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is more than",
    "NumericGreaterThanEquals": "is at least",
}


def sentences(statement: PlainStatement) -> Iterator[str]:
    """What the statement says, and where it says nothing, why."""
    whom = _join([*map(_person, statement.principals), *(f"the service {name}" for name in statement.services)], "and")
    verb = "may" if statement.is_allow else "may never"
    yield f"{whom[0].upper()}{whom[1:]} {verb} {what(statement.actions)}{_under(statement.conditions)}."
    if statement.is_allow and any(map(_is_account, statement.principals)):
        yield "Users and roles of an account may as far as IAM policies of that account allow; its root user may as it is."
    if statement.missing:
        yield f"It has no effect, for it has no {statement.missing}."
    elif not expand_all(statement.actions):
        yield "It has no effect today, for no action is meant."


def what(patterns: Sequence[str]) -> str:
    """The actions, with what they are for."""
    names = expand_all(tuple(patterns))
    if len(names) == len(ACTIONS):
        return "do everything (" + ", ".join(patterns) + ")"
    told = names.difference(ENDING_GRANTS) if names & set(GRANTING) else names
    groups = [group for group, actions in ACTION_GROUPS.items() if told & set(actions)]
    doing = _DOING if told == names else {**_DOING, "grant": "make and end grants"}
    verbs = _join([doing[group] for group in groups], "and") if groups else "do nothing that is known"
    return f"{verbs} ({', '.join(patterns)})"


_DOING: Mapping[str, str] = {
    "administer": "administer the key",
    "read configuration": "read the key's configuration",
    "encrypt": "encrypt",
    "decrypt": "decrypt",
    "grant": "make grants",
    "delete": "delete the key",
}


def _is_account(principal: str) -> bool:
    return is_account_id(principal) or (principal != "*" and Arn.parse(principal).resource == "root")


def _person(principal: str) -> str:
    if principal == "*":
        return "everyone"
    if is_account_id(principal):
        return f"the account {principal}"
    arn = Arn.parse(principal)
    return f"the account {arn.account_id}" if arn.resource == "root" else f"{arn.resource} of {arn.account_id}"


def _under(conditions: Sequence[PlainCondition]) -> str:
    return f", if {_join([_condition(test) for test in conditions], 'and')}" if conditions else ""


def _condition(test: PlainCondition) -> str:
    qualifier, base, is_if_exists = test.operator
    key, negated = test.key.lower(), "Not" in base
    subject = _subject(test.key)
    if base == "Null":
        return f"{subject} is {'absent' if test.values[0].lower() == 'true' else 'there, whatever it is'}"
    state = _STATES.get((key, test.values[0].lower())) if base == "Bool" and len(test.values) == 1 else None
    if state and not is_if_exists:
        return state
    verb = _VERBS[base.replace("Not", "")].replace("is", "is not", 1) if negated else _VERBS[base]
    said = f"{subject} {verb} {_join([f'`{value}`' for value in test.values], 'nor' if negated else 'or')}"
    if qualifier:
        said = f"{'every' if qualifier == 'ForAllValues:' else 'some'} value of {said}"
    absent = is_if_exists or qualifier == "ForAllValues:" or (negated and not qualifier)
    return f"{said}, or is absent" if absent else said


def _subject(key: str) -> str:
    if key.lower().startswith(ENCRYPTION_CONTEXT.lower()):
        return f"`{key[len(ENCRYPTION_CONTEXT) :]}` of the encryption context"
    return _SUBJECTS.get(key.lower(), f"`{key}`")


def _join(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
