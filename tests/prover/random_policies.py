"""Random key policies, regions and requests, small enough to meet each other often.

Requests are aimed: they satisfy one statement, its patterns filled with what patterns should not swallow (colons,
other accounts), and then one part of them is bent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from baseline.iam.actions import ACTIONS
from baseline.iam.condition_keys import is_carried, of_people, spelled
from baseline.iam.elements import items
from baseline.iam.evaluate import decide
from baseline.iam.reading import PlainCondition
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller
from baseline.prover.callers import BY_CALLER
from baseline.prover.claims import Requests
from baseline.prover.condition_tests import condition

Statement = dict[str, Any]

OURS, OTHER, THIRD = "111111111111", "222222222222", "033333333333"
ACCOUNTS = (OURS, OTHER, THIRD)
RESOURCES = ("root", "role/App", "role/p/App", "role/Admin", "user/Ada", "role/a:root/x")
SERVICES = ("events.amazonaws.com", "logs.eu-west-2.amazonaws.com", "logs.us-east-1.amazonaws.com")
PATTERNS = (
    "kms:Decrypt",
    "kms:decrypt",
    "kms:*",
    "kms:GenerateDataKey*",
    "kms:Re*",
    "kms:CreateGrant",
    "kms:Put?eyPolicy",
)
FILLINGS = ("", "x", ":", "a:b", OTHER, "role/App")

TOPIC, NOTE, NAMES = "kms:EncryptionContext:aws:sns:topicArn", "kms:encryptioncontext:note", "kms:EncryptionContextKeys"
VARIED = "kms:EncryptionContext:varied"
STRINGS = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringLike", "StringNotLike")
ARNS = ("ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals")
NUMBERS = ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan")
DATES = (
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
)
WORDS = ("a", "A", "ab", "*", "a*", "*b*", "?", "b")
BOB = f"arn:aws:sts::{OTHER}:federated-user/bob"
PERSON_ARNS = tuple(f"arn:aws:iam::{account}:{resource}" for account in (OURS, OTHER) for resource in RESOURCES)
ARN_PATTERNS = ("arn:aws:iam::*:role/*", f"arn:aws:iam::{OURS}:*", "arn:*:iam::1*:role/?pp", "*:*:*:*:*:root")
TOPICS = (f"arn:aws:sns:eu-west-2:{OURS}:*", "arn:aws:sns:*:*:t*", f"arn:aws:sns:us-east-1:{OTHER}:top")
VIA = ("ec2.eu-west-2.amazonaws.com", "sns.eu-west-2.amazonaws.com", "*.eu-west-2.*")
SETS = (
    "ForAnyValue:StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringNotLike",
)
KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kms:ViaService": (STRINGS, VIA),
    "kms:CallerAccount": (STRINGS, (*ACCOUNTS, "1*", "*2")),
    "aws:PrincipalAccount": (STRINGS, (*ACCOUNTS, "??????333333")),
    "aws:PrincipalArn": (("StringEquals", "StringNotEquals", *ARNS), PERSON_ARNS),
    "aws:principalarn": ((*ARNS, "StringLike", "StringNotLike"), ARN_PATTERNS),
    "aws:PRINCIPALARN": (
        ("StringEquals", "ArnLike", "ArnNotLike"),
        (BOB, f"arn:aws:sts::{OTHER}:*", "arn:aws:*::*:*/bob"),
    ),
    "aws:PrincipalType": (STRINGS, ("User", "AssumedRole", "Federated*", "Account")),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "10.1.0.0/16", "203.0.113.7", "10.1.2.3/16")),
    "aws:CurrentTime": (DATES, ("2030-01-01T00:00:00Z", "2030-01-02T01:00:00+01:00")),
    "aws:PrincipalServiceName": (STRINGS, (*SERVICES, "logs.*")),
    "aws:SourceAccount": (STRINGS, (*ACCOUNTS, "*")),
    TOPIC: ((*ARNS, "StringLike", "StringEquals"), TOPICS),
    NOTE: (STRINGS, WORDS),
    "kms:GrantIsForAWSResource": (("Bool",), ("true", "false")),
    "kms:TrailingDaysWithoutKeyUsage": (NUMBERS, ("7", "30")),
    "aws:PrincipalIsAWSService": (("Bool",), ("true", "false")),
    NAMES: (SETS, ("a", "b", "a*")),
}
"""By key: operators, and values that the policy may compare it with."""


def policy(chance: Random) -> dict[str, Any]:
    """One to four statements."""
    return {"Version": "2012-10-17", "Statement": [_statement(chance, i) for i in range(chance.randint(1, 4))]}


def _statement(chance: Random, number: int) -> Statement:
    written: Statement = {
        "Sid": f"S{number}",
        "Effect": chance.choice(("Allow", "Allow", "Deny")),
        "NotPrincipal" if (is_inverted := chance.random() < 0.06) else "Principal": _principal(chance, is_inverted),
        "NotAction" if chance.random() < 0.1 else "Action": chance.choices(PATTERNS, k=chance.randint(1, 2)),
        "Resource": "*",
    }
    conditions: dict[str, dict[str, Any]] = {}
    for plain in _conditions(chance, tuple(KEYS), chance.choice((0, 1, 1, 2, 3))):
        conditions.setdefault(plain.written, {})[plain.key] = list(plain.values)
    if chance.random() < 0.08:
        conditions.setdefault(chance.choice(("StringEquals", "StringNotEquals")), {})[VARIED] = ["a${aws:username}b"]
    return written | ({"Condition": conditions} if conditions else {})


def _principal(chance: Random, is_inverted: bool = False) -> Any:
    if chance.random() < 0.35 and not is_inverted:
        return chance.choice(("*", {"AWS": "*"}))
    if chance.random() < 0.4:
        return {"Service": chance.choices(SERVICES, k=chance.randint(1, 2))}
    people = [
        OURS,
        f"arn:aws:iam::{chance.choice(ACCOUNTS)}:root",
        f"arn:aws:sts::{OURS}:assumed-role/App/{chance.choice('st')}",
        *PERSON_ARNS,
        *(BOB, BOB),
    ]
    return {"AWS": chance.choices(people, k=chance.randint(1, 3))}


def _conditions(chance: Random, keys: tuple[str, ...], count: int) -> Iterator[PlainCondition]:
    for key in chance.sample(keys, count):
        operators, values = KEYS[key]
        operator = chance.choice(operators)
        if chance.random() < 0.12:
            yield condition("Null", key, chance.choice(("true", "false")))
            continue
        wanted = tuple(dict.fromkeys(chance.choices(values, k=chance.randint(1, 2))))
        yield condition(operator + ("IfExists" if chance.random() < 0.2 else ""), key, *wanted)


def region(chance: Random) -> Requests:
    """What a claim may be about."""
    actions = tuple(chance.choices(PATTERNS, k=chance.randint(1, 3)))
    not_actions = tuple(chance.choices(PATTERNS, k=chance.choice((0, 0, 1))))
    keys = tuple(key for key in KEYS if key.lower() != "aws:principalisawsservice")
    if chance.random() < 0.6:
        conditions = tuple(_conditions(chance, keys, chance.choice((0, 1, 1, 2))))
        return Requests(kind="iam", actions=actions, not_actions=not_actions, conditions=conditions)
    keys = tuple(key for key in keys if key.lower() not in BY_CALLER)
    return Requests(
        kind="service",
        services=chance.choice(((), SERVICES[:1], ("logs.*",))),
        not_services=chance.choice(((), SERVICES[1:2])),
        actions=actions,
        not_actions=not_actions,
        conditions=tuple(_conditions(chance, keys, chance.choice((0, 1, 1)))),
    )


def region_within(chance: Random, plain: Mapping[str, Any]) -> Requests:
    """A region that one statement might cover: its actions and conditions, perhaps with more."""
    statement = chance.choice(plain["Statement"])
    conditions = tuple(
        condition(operator, key, *values)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )
    principal, actions = statement.get("Principal", "*"), tuple(statement.get("Action", ["kms:*"]))
    kept = tuple(c for c in conditions if c.key.lower() not in ("aws:principalisawsservice", VARIED.lower()))
    if isinstance(principal, dict) and "Service" in principal:
        named = tuple(map(str, items(principal["Service"])))
        return Requests(kind="service", services=named, actions=actions, conditions=kept)
    more = tuple(_conditions(chance, ("aws:PrincipalAccount", "aws:PrincipalArn"), chance.choice((0, 1))))
    places = {(c.written, c.key) for c in kept}
    more = tuple(c for c in more if (c.written, c.key) not in places)
    return Requests(kind="iam", actions=actions, conditions=(*kept, *more))


def requests(chance: Random, plain: Mapping[str, Any], around: Requests, count: int) -> Iterator[Request]:
    """Requests that one statement means, bent, and half of them into the region."""
    for _ in range(count):
        statement = chance.choice(plain["Statement"])
        caller, action = _caller(chance, statement), _filled(chance, chance.choice(statement.get("Action", PATTERNS)))
        context = _context(chance, caller, statement.get("Condition", {}))
        if chance.random() < 0.5:
            caller = _other_caller(chance, around)
        if chance.random() < 0.5:
            action = _filled(chance, chance.choice(around.actions))
        if chance.random() < 0.6:
            context |= {c.key.lower(): _value(chance, c.written, c.key, c.values) for c in around.conditions}
        if context and chance.random() < 0.5:
            bent = chance.choice(list(context))
            context[bent] = chance.choice(((), _value(chance, "", bent, KEYS_BY_LOWER[bent][1])))
        own = {key.lower() for key in caller.determines} | {"aws:principalservicename"}
        given = _ALWAYS[isinstance(caller, ServiceCaller)] | {k: v for k, v in context.items() if k not in own and v}
        name = action if action.lower().startswith("kms:") and action[4:].isalnum() else "kms:Decrypt"
        yield Request(caller, _SPELLED.get(name.lower(), name), given, OURS)


_VALUES = {
    "aws:sourceip": ("10.0.0.1", "10.1.2.3", "203.0.113.7", "198.51.100.1"),
    "aws:currenttime": ("2029-12-31T23:59:59Z", "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z", "2031-01-01T00:00:00Z"),
}
_SPELLED = {name.lower(): name for name in ACTIONS}
_TIME: dict[str, Any] = {"aws:currenttime": "2030-06-01T00:00:00Z"}
_ALWAYS = (_TIME, {**_TIME, "aws:principaltype": "User"})
"""What IAM principals and services always send, but for what follows from who they are."""


KEYS_BY_LOWER = {**{key.lower(): values for key, values in KEYS.items()}, VARIED.lower(): (STRINGS, ("ab", "axb", "b"))}


def _caller(chance: Random, statement: Statement) -> Caller:
    principal = statement.get("Principal", statement.get("NotPrincipal", "*"))
    if isinstance(principal, dict) and "Service" in principal:
        return ServiceCaller(chance.choice(items(principal["Service"])))  # type: ignore[arg-type]
    named = str(chance.choice(items(principal["AWS"]))) if isinstance(principal, dict) else "*"
    if named.startswith("arn:aws:iam") and not named.endswith(":root"):
        return IamCaller(named)
    if named == BOB or chance.random() < 0.1:
        return IamCaller(BOB, asked_by=chance.choice(("", "user/Ada", "user/Eve")))
    if named.startswith("arn:aws:sts"):
        session = named[-1]
        return chance.choice((IamCaller(named), IamCaller(PERSON_ARNS[1], session), IamCaller(PERSON_ARNS[2], session)))
    return _anyone(chance)


def _anyone(chance: Random) -> Caller:
    if chance.random() < 0.2:
        return ServiceCaller(chance.choice((*SERVICES, "x.amazonaws.com")))
    account = chance.choice((*ACCOUNTS, "122222222222", "999999999999"))
    if chance.random() < 0.15:
        return IamCaller(f"arn:aws:sts::{account}:federated-user/bob", asked_by=chance.choice(("", "user/Ada")))
    resource = chance.choice((*RESOURCES, "role/x:role/App", "role/App/App", "user/App"))
    session = chance.choice(("", "s", "u")) if resource.startswith("role/") else ""
    return IamCaller(f"arn:aws:iam::{account}:{resource}", session)


def _other_caller(chance: Random, around: Requests) -> Caller:
    if around.kind == "service":
        return ServiceCaller(chance.choice((*SERVICES, "logs.x", "x.amazonaws.com")))
    return _anyone(chance)


def _context(chance: Random, caller: Caller, conditions: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key.lower(): _value(chance, operator, key, tuple(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    }


def _value(chance: Random, operator: str, key: str, values: tuple[str, ...]) -> str | tuple[str, ...]:
    if operator == "Null":
        values = KEYS_BY_LOWER[key.lower()][1]
    value = _filled(chance, chance.choice(values).replace("${aws:username}", "*"))
    if key.lower() in ("aws:sourceip", "aws:currenttime"):
        return chance.choice(_VALUES[key.lower()])
    if key.lower().endswith("usage"):
        value = str(int(value) + chance.choice((-1, 0, 1))) if value.isdigit() else value
    if key == NAMES or key == NAMES.lower():
        return tuple(word for word in (value, chance.choice(("a", "b", "", "c"))) if word)
    return value


def _filled(chance: Random, pattern: str) -> str:
    return "".join(chance.choice(FILLINGS) if c == "*" else chance.choice("x:1") if c == "?" else c for c in pattern)


def is_in(request: Request, around: Requests) -> bool:
    """Whether the request is one of the region's, as the evaluator sees it."""
    if isinstance(request.caller, ServiceCaller) != (around.kind == "service"):
        return False
    name = request.caller.name if isinstance(request.caller, ServiceCaller) else ""
    if around.services and not any(_names(pattern, name) for pattern in around.services):
        return False
    if any(_names(pattern, name) for pattern in around.not_services):
        return False
    conditions: dict[str, dict[str, list[str]]] = {}
    for plain in around.conditions:
        conditions.setdefault(plain.written, {})[plain.key] = list(plain.values)
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Resource": "*",
        "Action": list(around.actions),
        "Condition": conditions,
    }
    deny = {"Effect": "Deny", "Principal": "*", "Resource": "*", "Action": list(around.not_actions)}
    statements = [allow, *([deny] if around.not_actions else [])]
    asked = replace(request, owner="")
    return decide({"Version": "2012-10-17", "Statement": statements}, asked).effect == "allowed"


def _names(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def can_be_sent(request: Request) -> bool:
    """Whether an IAM principal sends none of the keys that only services send, and an action has its keys."""
    of_its_own = isinstance(request.caller, ServiceCaller) or not any(of_people(k) == "never" for k in request.context)
    return of_its_own and (request.action not in ACTIONS or is_real(request))


def is_real(request: Request) -> bool:
    """Whether the action is known and carries every key of the context."""
    return request.action in ACTIONS and all(is_carried(spelled(key), request.action) for key in request.context)
