"""A judgement in words and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.iam.elements import items
from baseline.iam.evaluate import NOT_ACROSS_ACCOUNTS, Decision
from baseline.iam.request import Caller, IamCaller, Request
from baseline.prover.counterexample import Counterexample, Policy
from baseline.prover.judgements import Judgement
from baseline.words import some


def counterexample_lines(found: Counterexample, policy: Policy) -> Iterator[tuple[str, str]]:
    """The request and the policy's answer: what is said, and what it is."""
    request, decision = found.request, found.decision
    yield "principal", caller_in_words(request.caller)
    yield "action", request.action
    for key, value in request.context.items():
        yield "context", f"{key} = {value if isinstance(value, str) else ', '.join(value)}"
    if found.without:
        yield "context", f"without {some(found.without)}"
    elif not request.context:
        yield "context", "(no condition keys but those of the caller)"
    yield "decision", decision_in_words(found.decision)
    for operator, key, values in _conditions(policy, decision.sid):
        yield "condition", f"{operator} {key} = {', '.join(values)}: holds"


def in_a_sentence(judgement: Judgement) -> str:
    """What was found, on one line."""
    found = judgement.counterexample
    if found is None:
        return judgement.reason
    return f"{example_in_words(found)}: {decision_in_words(found.decision)}"


def example_in_words(found: Counterexample) -> str:
    """The request, and what it lacks."""
    without = f"{' and' if found.request.context else ''} without {some(found.without)}" if found.without else ""
    return request_in_words(found.request) + without


def request_in_words(request: Request) -> str:
    """Who calls, which action, with which condition keys."""
    pairs = [f"{k} = {v if isinstance(v, str) else ', '.join(v)}" for k, v in request.context.items()]
    given = f" with {', '.join(pairs)}" if pairs else ""
    return f"{caller_in_words(request.caller)}, {request.action}{given}"


def as_json(judgement: Judgement, policy: Policy) -> dict[str, Any]:
    """The judgement, with its request and decision if it fails."""
    found = judgement.counterexample
    data: dict[str, Any] = {
        "property": judgement.about.id,
        "sentence": judgement.about.sentence,
        "verdict": judgement.verdict,
        "assumptions": list(judgement.assumptions),
    }
    if judgement.reason:
        data["reason"] = judgement.reason
    if found:
        data["request"] = request_as_json(found.request)
        data["decision"] = {
            "effect": found.decision.effect,
            "strength": found.decision.strength,
            "sid": found.decision.sid,
            "conditions": [
                {"operator": operator, "key": key, "values": list(values)}
                for operator, key, values in _conditions(policy, found.decision.sid)
            ],
        }
        data["confirmed"] = True
        if found.without:
            data["without"] = list(found.without)
    if judgement.others:
        data["others"] = [
            {"request": request_as_json(other.request), "sid": other.decision.sid} for other in judgement.others
        ]
    return data


def request_as_json(request: Request) -> dict[str, Any]:
    """A request, ready for JSON."""
    caller = request.caller
    principal: dict[str, str] = {"kind": "service", "name": caller.name} if not isinstance(caller, IamCaller) else {}
    if isinstance(caller, IamCaller):
        principal = {"kind": "iam", "arn": caller.arn, "session": caller.session, "account": caller.account_id}
    context = {key: value if isinstance(value, str) else list(value) for key, value in request.context.items()}
    return {"principal": principal, "action": request.action, "context": context}


def caller_in_words(caller: Caller) -> str:
    """Who calls, as people say it."""
    if not isinstance(caller, IamCaller):
        return f"the service {caller.name}"
    resource = caller.arn.split(":", 5)[5]
    session = f" in session {caller.session}" if caller.session else " (any session)" if caller.is_role else ""
    session += f", for whom {caller.asked_by} asked" if caller.asked_by else ""
    return f"{'the root user' if caller.is_root_user else resource} of {caller.account_id}{session}"


def decision_in_words(decision: Decision) -> str:
    """What a policy says to a request, and by which statement."""
    if decision.effect == "not allowed":
        return f"not allowed: {NOT_ACROSS_ACCOUNTS if decision.notes == (NOT_ACROSS_ACCOUNTS,) else 'no statement matches'}"
    by = f'by statement "{decision.sid}"'
    if decision.effect == "denied":
        return f"denied {by}"
    how = "directly" if decision.strength == "direct" else "as far as the account's IAM policies do,"
    return f"allowed {how} {by}; no deny matches"


def _conditions(policy: Policy, sid: str | None) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The conditions of the statement that decided."""
    for statement in items(policy["Statement"]):
        if isinstance(statement, Mapping) and sid is not None and statement.get("Sid") == sid:
            for operator, keys in statement.get("Condition", {}).items():
                yield from ((operator, key, tuple(map(str, items(values)))) for key, values in keys.items())
