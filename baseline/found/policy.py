"""The text of a key policy in the form that the evaluator and the prover read, whatever shape it was found in.

Taken as they are: one statement as an object, one text for a list, other letter case of element names, a policy wrapped
by `get-key-policy`, no Version. What is wrong becomes a finding; what cannot be decided is left for the readers to refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baseline.errors import FieldPath
from baseline.found.json_text import JsonText, NotJson, read
from baseline.found.kinds import KINDS, Finding
from baseline.found.resources import ANY_KEY, may_be_the_key
from baseline.found.template import may_be_a_template, placeholders
from baseline.iam.elements import items
from baseline.key_policy.place import KeyPlace

MAXIMUM_TEXT = 1_000_000
"""Characters; a key policy has at most 32,768 bytes."""
_TOP = ("Version", "Id", "Statement")
ELEMENTS = tuple("Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition".split())
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
VERSIONS = ("2012-10-17", "2008-10-17")


class NotAPolicy(ValueError):
    """The text cannot be read as a policy. `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.problem)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class FoundStatement:
    """One statement, its elements spelled as AWS spells them."""

    name: str
    """Unique: its Sid, or its number."""
    elements: Mapping[str, Any]
    paths: Mapping[str, FieldPath]
    """Where each element stands."""
    path: FieldPath

    @property
    def is_allow(self) -> bool:
        return self.elements.get("Effect") == "Allow"


@dataclass(slots=True)
class FoundPolicy:
    """A policy as it was found."""

    text: JsonText
    only_line: int
    """The line of everything, where the policy was a text inside another; else 0."""
    size: int
    """Bytes of the policy's text."""
    top: dict[str, Any] = field(default_factory=dict)
    """Version, Id, Statement."""
    statements: list[FoundStatement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    undecidable: str = ""
    """Why nothing can be decided of it; empty if something can."""
    key: KeyPlace = ANY_KEY
    """Where its key is, as far as that is known."""

    @property
    def plain(self) -> dict[str, Any]:
        """IAM's JSON in the usual form, every statement with a name of its own, and `*` for the key."""
        version = self.top.get("Version", VERSIONS[0])
        return {
            "Version": VERSIONS[0] if version in VERSIONS else version,
            "Statement": [{**s.elements, **self._resource(s), "Sid": s.name} for s in self.statements],
        }

    def _resource(self, statement: FoundStatement) -> dict[str, Any]:
        """The key, where it may be meant; nothing, where another key is: the statement then has no effect."""
        written = items(statement.elements.get("Resource", []))
        if any(may_be_the_key(one, self.key) for one in written):
            return {"Resource": "*"}
        return {"Resource": []} if written and all(may_be_the_key(one, ANY_KEY) for one in written) else {}

    def line(self, path: FieldPath) -> int:
        return self.only_line or self.text.line(path)

    def explains(self, statement: FoundStatement) -> bool:
        """Whether something was found that makes the statement be refused or ignored: one fault, one finding."""
        return any(f.statement == statement.name and f.kind.group in ("refused", "ignored") for f in self.findings)

    def has(self, kind: str, statement: FoundStatement) -> bool:
        """Whether this was found of the statement."""
        return any(f.kind.id == kind and f.statement == statement.name for f in self.findings)

    def drop(self, kind: str, beside: str) -> None:
        """Take back what another finding about the same statement says better."""
        better = {finding.statement for finding in self.findings if finding.kind.id == beside}
        self.findings = [f for f in self.findings if f.kind.id != kind or f.statement not in better]

    def say(
        self, kind: str, problem: str, path: FieldPath, statement: FoundStatement | None = None, element: str = ""
    ) -> None:
        """Add a finding."""
        name = statement.name if statement else ""
        self.findings.append(Finding(KINDS[kind], problem, self.line(path), 0, name, element))

    def say_repeated(self, path: FieldPath, line: int) -> None:
        """Add the finding that a key, which stands at the path, stands again in a line."""
        problem = f"`{path[-1]}` stands twice in one object"
        said = f"{problem}, first in line {self.line(path)}"
        self.findings.append(Finding(KINDS["duplicate-key"], said, line, element=str(path[-1])))
        self.undecidable = problem


def found_policy(text: str) -> FoundPolicy:
    """Read the text of a policy. Raises NotAPolicy."""
    if len(text) > MAXIMUM_TEXT:
        problem = f"the text has more than {MAXIMUM_TEXT} characters; a key policy has at most 32768 bytes"
        raise NotAPolicy(Finding(KINDS["text-too-large"], problem, 1))
    policy = _unwrapped(text)
    value = policy.text.value
    if not isinstance(value, dict):
        raise NotAPolicy(
            Finding(KINDS["not-a-policy"], f"a policy is a JSON object, got {_kind(value)}", policy.line(()))
        )
    for path, found in placeholders(value) if may_be_a_template(text) else ():
        raise NotAPolicy(
            Finding(KINDS["template"], f"the policy is a template: `{found}` is not filled in", policy.line(path))
        )
    top = _spelled(policy, value, (), _TOP, None)
    if "Statement" not in top:
        raise NotAPolicy(Finding(KINDS["not-a-policy"], "there is no `Statement`", policy.line(())))
    policy.top = {name: value[str(path[-1])] for name, path in top.items()}
    for repeated, line in policy.text.repeated:
        policy.say_repeated(repeated, policy.only_line or line)
    _statements(policy, policy.top["Statement"], top["Statement"])
    return policy


def _unwrapped(text: str, only_line: int = 0) -> FoundPolicy:
    """The policy inside what `get-key-policy` prints, or inside a JSON text."""
    parsed = _parsed(text, only_line)
    inner, path = parsed.value, ()  # type: tuple[Any, FieldPath]
    if isinstance(inner, dict) and "Statement" not in inner and isinstance(inner.get("Policy"), str | dict):
        inner, path = inner["Policy"], ("Policy",)
    if isinstance(inner, str) and not only_line:
        return _unwrapped(inner, parsed.line(path))
    if path and isinstance(inner, dict):
        parsed = parsed.member("Policy")
    return FoundPolicy(parsed, only_line, len(text.encode()))


def _parsed(text: str, only_line: int) -> JsonText:
    try:
        return read(text.removeprefix("\ufeff"))
    except NotJson as error:
        kind = KINDS["nested-too-deeply" if "nested" in str(error) else "not-json"]
        raise NotAPolicy(Finding(kind, str(error), only_line or error.line, 0 if only_line else error.column)) from None


def _spelled(
    policy: FoundPolicy,
    written: Mapping[str, Any],
    path: FieldPath,
    known: tuple[str, ...],
    statement: FoundStatement | None,
) -> dict[str, FieldPath]:
    """The members by their names as AWS spells them, with where they stand; unknown ones as they are."""
    spelling = {name.lower(): name for name in known}
    found: dict[str, FieldPath] = {}
    for key in written:
        name = spelling.get(key.lower(), key)
        if name in found:
            policy.say_repeated(found[name], policy.line((*path, key)))
            continue
        found[name] = (*path, key)
        if name not in known:
            policy.say("unknown-element", f"unknown element `{key}`", (*path, key), statement, key)
        elif name != key:
            policy.say("letter-case", f"`{key}` is read as `{name}`", (*path, key), statement, name)
    return found


def _statements(policy: FoundPolicy, written: Any, path: FieldPath) -> None:
    listed = written if isinstance(written, list) else [written]
    sids = [_sid(statement) for statement in listed]
    for i, statement in enumerate(listed):
        where = (*path, i) if isinstance(written, list) else path
        if not isinstance(statement, dict):
            policy.say("invalid-element", f"statement {i + 1} is no JSON object, but {_kind(statement)}", where)
            policy.undecidable = f"statement {i + 1} is no JSON object"
            continue
        policy.statements.append(_statement(policy, _name(sids, i), statement, where))


def _statement(policy: FoundPolicy, name: str, written: dict[str, Any], path: FieldPath) -> FoundStatement:
    bare = FoundStatement(name, {}, {}, path)
    paths = _spelled(policy, written, path, ELEMENTS, bare)
    elements = {element: written[str(where[-1])] for element, where in paths.items()}
    if isinstance(elements.get("Principal"), dict):
        kinds = _spelled(policy, elements["Principal"], paths["Principal"], _PRINCIPALS, bare)
        elements["Principal"] = {kind: elements["Principal"][str(where[-1])] for kind, where in kinds.items()}
    return FoundStatement(name, elements, paths, path)


def _sid(statement: Any) -> str:
    sids = [value for key, value in statement.items() if key.lower() == "sid"] if isinstance(statement, dict) else []
    return sids[0] if sids and isinstance(sids[0], str) else ""


def _name(sids: list[str], i: int) -> str:
    """The Sid where it tells the statement, else with its number."""
    number = f"statement {i + 1}"
    if not sids[i]:
        return number
    return sids[i] if sids.count(sids[i]) == 1 else f"{sids[i]} ({number})"


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
