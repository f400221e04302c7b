"""A statement in plain sentences: who may do what, under which conditions."""

from collections.abc import Iterator, Mapping, Sequence

from baseline.iam.actions import ACTIONS, CROSS_ACCOUNT, expand_all
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
    "aws:currenttime": "the time",
    "aws:sourceip": "the caller's address",
    "kms:trailingdayswithoutkeyusage": "the number of days since the key was last used",
}
_STATES: Mapping[tuple[str, str], str] = {
    ("kms:grantisforawsresource", "true"): "the grant is for an AWS service",
    ("kms:grantisforawsresource", "false"): "the grant is not for an AWS service",
    ("kms:bypasspolicylockoutsafetycheck", "true"): "they skip the lockout check",
    ("aws:principalisawsservice", "true"): "the caller is an AWS service",
    ("aws:principalisawsservice", "false"): "the caller is no AWS service",
}
_ABSENT: Mapping[str, str] = {
    "aws:principalarn": "or is an AWS service",
    "aws:principalorgid": "or there is none",
    "kms:viaservice": "or there is none",
}
"""What it means that a condition key is absent."""
_NULL: Mapping[str, str] = {
    "true": "absent",
    "false": "there, whatever it is",
    "both": "absent or there, which is always so",
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
    "DateEquals": "is",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is at the latest",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is at the earliest",
    "IpAddress": "is in",
}


def sentences(statement: PlainStatement, owner: str = "") -> Iterator[str]:
    """What the statement says, and where it says nothing, why. The owner is the key's account; empty: not known."""
    whom, conditions = _subject_and_rest(statement)
    verb, doing = "may" if statement.is_allow else "may never", _what(statement)
    if not statement.is_allow:
        doing = doing.replace("do everything", "do anything", 1)
        whom, verb = ("nobody", "may") if whom == "everyone" else (whom, verb)
    yield f"{whom[0].upper()}{whom[1:]} {verb} {doing}{_under(conditions)}."
    if statement.is_allow and any(map(_is_account, statement.principals)):
        yield "Users and roles of an account may as far as IAM policies of that account allow; its root user may as it is."
    if statement.is_allow and (others := _in_vain(statement, owner)):
        yield f"Of {_join(others, 'and')} KMS honours using and describing the key and making grants, and nothing else."
    if statement.missing:
        yield f"It has no effect, for it has no {statement.missing}."
    elif not (expand_all(statement.actions) or statement.not_actions):
        yield "It has no effect today, for no action is meant."


def _in_vain(statement: PlainStatement, owner: str) -> Sequence[str]:
    """The other accounts that are given more than KMS honours of them."""
    named = {p if is_account_id(p) else Arn.parse(p).account_id for p in statement.principals if p != "*"}
    more = bool(statement.not_actions) or not expand_all(statement.actions) <= CROSS_ACCOUNT
    return sorted(named - {owner}) if owner and more else []


def _subject_and_rest(statement: PlainStatement) -> tuple[str, Sequence[PlainCondition]]:
    """Who is meant, and the conditions that say more. Everyone who is a certain role is that role."""
    if spared := _names(statement.not_principals, statement.not_services):
        return f"everyone but {_join(spared, 'and')}", statement.conditions
    services = _names((), statement.services)
    named = next((test for test in statement.conditions if _names_callers(test)), None)
    if statement.principals == ("*",) and not services and named:
        whom = _join([_person(value) for value in named.values], "and")
        return whom, [test for test in statement.conditions if test is not named]
    people = _names(statement.principals, statement.services)
    return _join(people, "and") if people else "nobody who still exists", statement.conditions


def _names(principals: Sequence[str], services: Sequence[str]) -> list[str]:
    return [*map(_person, principals), *(f"the service {name}" for name in services)]


def _what(statement: PlainStatement) -> str:
    if statement.not_actions:
        return f"do everything but {', '.join(statement.not_actions)}"
    return what(statement.actions)


def _names_callers(test: PlainCondition) -> bool:
    """Whether the condition says by ARNs who calls."""
    qualifier, base, is_if_exists = test.operator
    plain = not (qualifier or is_if_exists) and base in ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
    return plain and test.key.lower() == "aws:principalarn" and all(value.count(":") >= 5 for value in test.values)


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
    whose = "any account" if arn.account_id == "*" else arn.account_id
    return f"the account {whose}" if arn.resource == "root" else f"{arn.resource} of {whose}"


def _under(conditions: Sequence[PlainCondition]) -> str:
    return f", if {_join([_condition(test) for test in conditions], 'and')}" if conditions else ""


def _condition(test: PlainCondition) -> str:
    qualifier, base, is_if_exists = test.operator
    key, negated = test.key.lower(), "Not" in base
    subject = _subject(test.key)
    if base == "Null":
        asked = {value.lower() for value in test.values}
        return f"{subject} is {_NULL['both' if len(asked) > 1 else asked.pop()]}"
    state = _STATES.get((key, test.values[0].lower())) if base == "Bool" and len(test.values) == 1 else None
    if state and not is_if_exists:
        return state
    verb = _VERBS[base.replace("Not", "")].replace("is", "is not", 1) if negated else _VERBS[base]
    said = f"{subject} {verb} {_join([f'`{value}`' for value in test.values], 'nor' if negated else 'or')}"
    if qualifier:
        said = f"{'every' if qualifier == 'ForAllValues:' else 'some'} value of {said}"
    absent = is_if_exists or qualifier == "ForAllValues:" or (negated and not qualifier)
    return f"{said} ({_ABSENT.get(key, 'or is absent')})" if absent else said


def _subject(key: str) -> str:
    if key.lower().startswith(ENCRYPTION_CONTEXT.lower()):
        return f"`{key[len(ENCRYPTION_CONTEXT) :]}` of the encryption context"
    return _SUBJECTS.get(key.lower(), f"`{key}`")


def _join(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
