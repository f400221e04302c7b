"""One statement of a key policy, refused when it is written wrongly.

The elements: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, Self

from baseline.iam import elements, written
from baseline.iam.actions import ACTIONS, canonical, expand_all
from baseline.iam.condition_keys import is_carried, of_people
from baseline.iam.conditions import Condition, sorted_conditions, sorted_values
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal
from baseline.iam.services import describes_an_iam_principal, sends

Effect = Literal["Allow", "Deny"]


class BareCondition(NamedTuple):
    """A condition without its values: what the rules about operators and keys look at."""

    operator: str
    key: str
    demands_presence: bool
    """Null `false`: the request must carry the key."""


class Shape(NamedTuple):
    """A statement without its names and values. Thousands of statements share one, so it is judged once."""

    effect: Effect
    is_account: bool
    is_unbounded: bool
    services: tuple[str, ...]
    actions: tuple[str, ...]
    uses: tuple[BareCondition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a key policy. Its resource is always `*`: the key itself.

    Actions and conditions are kept in canonical order. Raises PolicyError, which names the statement.
    """

    sid: str
    principal: Principal
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    effect: Effect = "Allow"

    def __post_init__(self) -> None:
        if not self.sid:
            raise PolicyError("a statement has no `Sid`", "Sid")
        try:
            object.__setattr__(self, "actions", _canonical_actions(self.actions))
        except PolicyError as error:
            raise _in_statement(self.sid, error) from None
        if len(self.conditions) > 1:
            object.__setattr__(self, "conditions", sorted_conditions(self.conditions))
        if problem := _first_problem(self._shape()):
            raise _in_statement(self.sid, PolicyError(*problem))

    @property
    def all_conditions(self) -> tuple[Condition, ...]:
        """The principal's conditions and the statement's own, as one Condition element holds them."""
        return self.principal.conditions + self.conditions

    @classmethod
    def parse(cls, statement: Mapping[str, object], partition: str = "aws") -> Self:
        """Read IAM's JSON as an owner writes it; Resource may be missing. Raises PolicyError."""
        sid = statement.get("Sid")
        if not isinstance(sid, str) or not sid:
            raise PolicyError("a statement has no `Sid`", "Sid")
        try:
            effect, principal, actions, conditions = _read(statement, partition)
        except PolicyError as error:
            raise _in_statement(sid, error) from None
        return cls(sid=sid, effect=effect, principal=principal, actions=actions, conditions=conditions)

    def as_dict(self) -> dict[str, object]:
        """The canonical form, ready for JSON: what AWS gives back."""
        rendered: dict[str, object] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": {self.principal.kind: _one_or_list(self.principal.ids)},
            "Action": _one_or_list(self.actions),
            "Resource": "*",
        }
        if conditions := self.all_conditions:
            rendered["Condition"] = _condition_element(conditions)
        return rendered

    def _shape(self) -> Shape:
        principal = self.principal
        return Shape(
            effect=self.effect,
            is_account=principal.is_account,
            is_unbounded=principal.is_everyone and not principal.is_bounded,
            services=principal.ids if principal.kind == "Service" else (),
            actions=self.actions,
            uses=tuple(
                [
                    BareCondition(c.operator, c.key, c.operator == "Null" and c.values == ("false",))
                    for c in self.all_conditions
                ]
            ),
        )


def _read(
    statement: Mapping[str, object], partition: str
) -> tuple[Effect, Principal, tuple[str, ...], tuple[Condition, ...]]:
    elements.check_elements(statement)
    written.check_resource(statement.get("Resource", "*"))
    for element in ("Effect", "Principal", "Action"):
        if element not in statement:
            raise PolicyError(f"`{element}` is missing", element)
    conditions = written.read_conditions(statement["Condition"]) if "Condition" in statement else ()
    principal = written.read_principal(statement["Principal"], partition)
    principal, rest = written.with_its_conditions(principal, conditions)
    return elements.effect(statement["Effect"]), principal, written.read_actions(statement["Action"]), rest


def _in_statement(sid: str, error: PolicyError) -> PolicyError:
    return PolicyError(f"statement `{sid}`: {error}", error.element)


@cache
def _canonical_actions(actions: tuple[str, ...]) -> tuple[str, ...]:
    return sorted_values(map(canonical, actions))


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _condition_element(conditions: Iterable[Condition]) -> dict[str, dict[str, str | list[str]]]:
    element: dict[str, dict[str, str | list[str]]] = {}
    for condition in sorted_conditions(conditions):
        element.setdefault(condition.operator, {})[condition.key] = _one_or_list(condition.values)
    return element


# The rules. Each says what is wrong with a shape, or nothing; the first that objects is the error.


def _no_action(shape: Shape) -> str:
    return "" if shape.actions else "names no action"


def _everyone_without_a_bound(shape: Shape) -> str:
    if shape.effect == "Allow" and shape.is_unbounded:
        return "allows everyone; bound `*` by StringEquals on `kms:CallerAccount` or `aws:PrincipalOrgID`"
    return ""


def _everything_for_others(shape: Shape) -> str:
    if shape.effect == "Allow" and not shape.is_account and len(expand_all(shape.actions)) == len(ACTIONS):
        return "allows every action; only an account may have that"
    return ""


def _same_test_twice(shape: Shape) -> str:
    seen = set()
    for operator, key, _ in shape.uses:
        place = (operator, key.lower())
        if place in seen:
            return f"has `{operator}` on `{key}` twice; write one with all values"
        seen.add(place)
    return ""


def _key_that_an_action_lacks(shape: Shape) -> str:
    for action in sorted(expand_all(shape.actions)):
        for use in shape.uses:
            if not ACTIONS[action].is_between_replicas and not is_carried(use.key, action):
                return f"condition key `{use.key}` never comes with `{action}`; give that action its own statement"
    return ""


def _key_that_a_service_lacks(shape: Shape) -> str:
    """IfExists on a key that a service may send is no fence, but no mistake; on the key of an IAM principal it is."""
    for service in shape.services:
        for use in shape.uses:
            may_be_absent = use.operator.endswith("IfExists") and not describes_an_iam_principal(use.key)
            if not may_be_absent and sends(service, use.key) is False:
                return f"`{service}` does not send condition key `{use.key}`"
    return ""


def _key_that_only_services_send(shape: Shape) -> str:
    if shape.effect == "Allow" and not shape.services:
        for use in shape.uses:
            if not use.operator.endswith("IfExists") and of_people(use.key) == "never":
                return f"condition key `{use.key}` comes with AWS services that call by themselves; name the service"
    return ""


def _set_that_may_be_empty(shape: Shape) -> str:
    """ForAllValues holds when the request lacks the key, so alone it bounds nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    present = {use.key for use in shape.uses if use.demands_presence}
    for use in shape.uses:
        if shape.effect == "Allow" and use.operator.startswith("ForAllValues:") and use.key not in present:
            return f"`{use.operator}` holds without `{use.key}`; add Null `false` on it"
    return ""


_RULES: tuple[tuple[str, Callable[[Shape], str]], ...] = (
    ("Action", _no_action),
    ("Principal", _everyone_without_a_bound),
    ("Action", _everything_for_others),
    ("Condition", _same_test_twice),
    ("Condition", _key_that_an_action_lacks),
    ("Condition", _key_that_a_service_lacks),
    ("Condition", _key_that_only_services_send),
    ("Condition", _set_that_may_be_empty),
)


@cache
def _first_problem(shape: Shape) -> tuple[str, str] | None:
    """What is wrong, and in which element."""
    problems = ((rule(shape), element) for element, rule in _RULES)
    return next((found for found in problems if found[0]), None)
