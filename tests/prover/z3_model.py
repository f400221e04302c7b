"""A third opinion: the model of the prover, written anew as formulas over strings, for z3 to decide.

Nothing of the prover's classes, patterns or boxes is used; only what AWS says of operators, and the list of actions.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import z3

from baseline.iam.actions import ACTIONS, CROSS_ACCOUNT
from baseline.iam.condition_keys import condition_key, is_carried, is_required, of_people, of_services
from baseline.iam.elements import items
from baseline.prover.claims import Claim, Requests

Opinion = Literal["holds", "fails", "unknown"]
STEPS = 800_000
"""z3's own measure, a second or less: on a busy machine it gives up no sooner."""
SLOTS = 3
"""Values of a key with several that are enough: one for each ForAnyValue of a case."""
_ANY = z3.Full(z3.ReSort(z3.StringSort()))
_CHARACTER = z3.AllChar(z3.ReSort(z3.StringSort()))
_NO_COLON = z3.Diff(_CHARACTER, z3.Re(":"))
_CALLER = ("kms:calleraccount", "aws:principalaccount", "aws:principalarn", "aws:principaltype")
_IS_SERVICE = "aws:principalisawsservice"
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_POSITIVE = ("StringEquals", "StringLike")
_ROOT = re.compile(r"[0-9]{12}|arn:aws:iam::[0-9]{12}:root")


def opinion(policy: Mapping[str, Any], claim: Claim, owner: str = "") -> Opinion:
    """What z3 says of the claim; a service carries no key of an IAM principal (assumption A3)."""
    model = _Model(policy, claim, owner)
    solver = z3.Solver()
    solver.set("rlimit", STEPS)
    solver.add(*model.domain, model.in_region(claim.region))
    allowed = z3.And(model.allowed(), z3.Not(model.denied()))
    solver.add(allowed if claim.mode == "never" else z3.Not(allowed))
    found = solver.check()
    return "fails" if found == z3.sat else "holds" if found == z3.unsat else "unknown"


class _Model:
    def __init__(self, policy: Mapping[str, Any], claim: Claim, owner: str) -> None:
        self.owner = owner
        self.unknown = 0
        self.statements = policy["Statement"]
        self.claim = claim
        self.is_service = claim.region.kind == "service"
        self.account, self.resource, self.session, self.asked_by = z3.Strings("account resource session asked_by")
        self.service = z3.String("service")
        self.action = z3.Int("action")
        self.names = self._actions()
        self.there: dict[str, Any] = {}
        self.text: dict[str, Any] = {}
        self.number: dict[str, Any] = {}
        self.slots: dict[str, list[tuple[Any, Any]]] = {}
        for key in self._keys():
            self._declare(key)
        self.domain = list(self._domain())

    def _patterns(self) -> Iterator[str]:
        for statement in self.statements:
            yield from items(statement.get("Action", "kms:*"))  # type: ignore[misc]
            yield from items(statement.get("NotAction", []))  # type: ignore[misc]
        yield from (*self.claim.region.actions, *self.claim.region.not_actions)

    def _actions(self) -> list[str]:
        """The known actions, and for each pattern one that nobody knows yet."""
        unknown = [p.replace("*", "NotYetKnown").replace("?", "x") for p in self._patterns() if "*" in p or "?" in p]
        return [*sorted(ACTIONS), *(dict.fromkeys(u for u in unknown if re.fullmatch("kms:[A-Za-z0-9]+", u)))]

    def _keys(self) -> Iterable[str]:
        written = [key for s in self.statements for keys in s.get("Condition", {}).values() for key in keys]
        return dict.fromkeys(key.lower() for key in (*written, *(c.key for c in self.claim.region.conditions)))

    def _declare(self, key: str) -> None:
        self.there[key] = z3.Bool(f"there {key}")
        kind = condition_key(key).type
        if kind == "ArrayOfString":
            self.slots[key] = [(z3.Bool(f"used {key} {i}"), z3.String(f"{key} {i}")) for i in range(SLOTS)]
        elif kind in ("Numeric", "Date", "IPAddress"):
            self.number[key] = z3.Int(key)
        self.text[key] = z3.String(key)

    def _domain(self) -> Iterator[Any]:
        digit = z3.Range("0", "9")
        yield z3.InRe(self.account, z3.Loop(digit, 12, 12))
        some = z3.Plus(_CHARACTER)
        named = [z3.Concat(z3.Re(kind), some) for kind in ("user/", "role/")]
        federated = z3.Concat(z3.Re("federated-user/"), z3.Plus(z3.Diff(_CHARACTER, z3.Re("/"))))
        yield z3.InRe(self.resource, z3.Union(z3.Re("root"), *named, federated))
        yield z3.Or(self.asked_by == "", z3.And(self.is_federated, z3.PrefixOf("user/", self.asked_by)))
        yield z3.Not(z3.SuffixOf("/", self.resource))
        yield z3.Not(z3.Contains(self.resource, "//"))
        yield z3.Or(self.session == "", z3.PrefixOf("role/", self.resource))
        yield z3.Length(self.service) > 0
        yield z3.And(self.action >= 0, self.action < len(self.names))
        if self.claim.mode == "always":
            yield self.action < len(ACTIONS)
        for key in self.there:
            yield from self._domain_of(key)

    def _domain_of(self, key: str) -> Iterator[Any]:
        yield z3.Length(self.text[key]) > 0
        if key == _IS_SERVICE:
            yield self.there[key]
            yield self.text[key] == ("true" if self.is_service else "false")
        elif key in _CALLER and not self.is_service:
            yield self.there[key]
            service = z3.If(self.is_federated, z3.StringVal("arn:aws:sts::"), z3.StringVal("arn:aws:iam::"))
            arn = z3.Concat(service, self.account, z3.StringVal(":"), self.resource)
            yield self.text[key] == {_CALLER[2]: arn, _CALLER[3]: self._type()}.get(key, self.account)
        elif key == _CALLER[3]:
            yield self.there[key]
        elif key in _CALLER:
            yield z3.Not(self.there[key])
        elif key == "aws:principalservicename" and self.is_service:
            yield self.text[key] == self.service
        elif condition_key(key).type == "IPAddress":
            yield z3.And(self.number[key] >= 0, self.number[key] < 2**32)
        elif condition_key(key).type == "Bool":
            yield z3.Or(self.text[key] == "true", self.text[key] == "false")
        if key not in (*_CALLER, _IS_SERVICE):
            presence = of_services(key) if self.is_service else of_people(key)
            if presence in ("always", "never"):
                yield self.there[key] == (presence == "always")
        for used, value in self.slots.get(key, ()):
            yield z3.Length(value) > 0
            yield z3.Implies(used, self.there[key])
        if key in self.slots:
            yield z3.Implies(self.there[key], z3.Or(*(used for used, _ in self.slots[key])))
        lacking = [i for i, name in enumerate(self.names) if name in ACTIONS and not is_carried(key, name)]
        yield z3.Implies(z3.Or(*(self.action == i for i in lacking)), z3.Not(self.there[key]))
        having = [i for i, name in enumerate(self.names) if name in ACTIONS and is_required(key, name)]
        yield z3.Implies(z3.Or(*(self.action == i for i in having)), self.there[key])

    def in_region(self, region: Requests) -> Any:
        tests = [self._means(region.actions), z3.Not(self._means(region.not_actions))]
        tests += [self._holds(c.written, c.key.lower(), c.values) for c in region.conditions]
        if self.is_service and region.services:
            tests.append(z3.Or(*(self._like(name, self.service) for name in region.services)))
        tests += [z3.Not(self._like(name, self.service)) for name in region.not_services]
        return z3.And(*tests)

    def allowed(self) -> Any:
        covers = self.claim.mode == "never"
        return z3.Or(
            *(self._matches(s, covers, self.claim.strength == "may") for s in self.statements if s["Effect"] == "Allow")
        )

    def denied(self) -> Any:
        return z3.Or(
            self._is_abroad(), *(self._matches(s, True, True) for s in self.statements if s["Effect"] == "Deny")
        )

    def _is_abroad(self) -> Any:
        """KMS honours some actions only for principals of other accounts."""
        if self.is_service or not self.owner:
            return z3.BoolVal(False)
        at_home = [i for i, name in enumerate(self.names) if name in ACTIONS and name not in CROSS_ACCOUNT]
        return z3.And(self.account != self.owner, z3.Or(*(self.action == i for i in at_home)))

    @property
    def is_federated(self) -> Any:
        return z3.PrefixOf("federated-user/", self.resource)

    def _type(self) -> Any:
        of_user = z3.If(z3.PrefixOf("user/", self.resource), z3.StringVal("User"), z3.StringVal("AssumedRole"))
        of_iam = z3.If(self.resource == "root", z3.StringVal("Account"), of_user)
        return z3.If(self.is_federated, z3.StringVal("FederatedUser"), of_iam)

    def _matches(self, statement: Mapping[str, Any], everyone_covers_services: bool, by_delegation: bool) -> Any:
        conditions = [
            self._holds(operator, key.lower(), tuple(map(str, items(values))))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ]
        who = self._who(statement.get("Principal", "*"), everyone_covers_services, by_delegation)
        if "NotPrincipal" in statement:
            who = z3.And(who, self._is_not_spared(statement["NotPrincipal"]))
        does = self._means(items(statement.get("Action", "kms:*")))  # type: ignore[arg-type]
        does_not = self._means(items(statement.get("NotAction", [])))  # type: ignore[arg-type]
        return z3.And(who, does, z3.Not(does_not), *conditions)

    def _free(self) -> Any:
        """Something that is not known."""
        self.unknown += 1
        return z3.Bool(f"unknown {self.unknown}")

    def _is_not_spared(self, principal: Mapping[str, Any]) -> Any:
        """Certainly not spared: in no way named; certainly spared: in every way; else it is not known."""
        if self.is_service:
            return z3.And(*(self.service != str(name) for name in items(principal.get("Service", []))))
        names = [str(name) for name in items(principal.get("AWS", []))]
        accounts = z3.Or(*(self._person(name, True) for name in names if _ROOT.fullmatch(name)))
        rest = [name for name in names if not _ROOT.fullmatch(name)]
        itself = z3.Or(*(self._person(name, True, asked=False) for name in rest if ":assumed-role/" not in name))
        session = z3.Or(*(self._person(name, True) for name in rest if ":assumed-role/" in name))
        no_session = z3.Not(z3.PrefixOf("role/", self.resource))
        certain = z3.And(accounts, z3.Or(self.resource == "root", z3.And(itself, z3.Or(no_session, session))))
        in_some_way = z3.Or(*(self._person(name, True) for name in names))
        return z3.And(z3.Not(certain), z3.Or(z3.Not(in_some_way), self._free()))

    def _who(self, principal: Any, everyone_covers_services: bool, by_delegation: bool) -> Any:
        kinds = {"AWS": principal} if principal == "*" else principal
        names = [str(name) for name in items(kinds.get("AWS", []))]
        if "*" in names:
            return z3.BoolVal(everyone_covers_services or not self.is_service)
        if self.is_service:
            return z3.Or(*(self.service == str(name) for name in items(kinds.get("Service", []))))
        return z3.Or(*(self._person(name, by_delegation) for name in names))

    def _person(self, name: str, by_delegation: bool, asked: bool = True) -> Any:
        if _ROOT.fullmatch(name):
            own = self.account == re.findall("[0-9]{12}", name)[0]
            return own if by_delegation else z3.And(own, self.resource == "root")
        _, _, service, _, account, resource = name.split(":", 5)
        if service == "iam" or resource.startswith("federated-user/"):
            itself = self.resource == resource
            if asked and resource.startswith("user/"):
                itself = z3.Or(itself, self.asked_by == resource)
            return z3.And(self.account == account, itself)
        _, role, session = resource.split("/")
        deep = z3.InRe(self.resource, z3.Concat(z3.Re("role/"), _ANY, z3.Re(f"/{role}")))
        named = z3.Or(self.resource == f"role/{role}", deep)
        return z3.And(self.account == account, named, self.session == session)

    def _means(self, patterns: Iterable[str]) -> Any:
        wanted = [re.compile(re.escape(p.lower()).replace(r"\*", ".*").replace(r"\?", ".")) for p in patterns]
        chosen = [i for i, name in enumerate(self.names) if any(w.fullmatch(name.lower()) for w in wanted)]
        return z3.Or(*(self.action == i for i in chosen))

    def _holds(self, written: str, key: str, values: tuple[str, ...]) -> Any:
        if written == "Null":
            return z3.Not(self.there[key]) if values[0] == "true" else self.there[key]
        if_exists, operator = written.endswith("IfExists"), written.removesuffix("IfExists")
        qualifier, _, base = operator.rpartition(":")
        if qualifier:
            passing = [(used, self._passes(base, value, values, key)) for used, value in self.slots[key]]
            if qualifier == "ForAllValues":
                return z3.And(*(z3.Implies(used, passes) for used, passes in passing))
            some = z3.Or(*(z3.And(used, passes) for used, passes in passing))
            return z3.Or(some, z3.Not(self.there[key])) if if_exists else some
        if any("${" in value for value in values):
            # Whatever the variable is: the condition holds for some values of the key, those that fit around it.
            some = self._like(_VARIABLE.sub("*", values[0]), self.text[key])
            return z3.And(self._free(), z3.And(self.there[key], some) if base in _POSITIVE else z3.BoolVal(True))
        passes = self._passes(base, self.text[key], values, key)
        absent_passes = if_exists or "Not" in base
        return z3.Or(z3.Not(self.there[key]), passes) if absent_passes else z3.And(self.there[key], passes)

    def _passes(self, base: str, value: Any, wanted: tuple[str, ...], key: str) -> Any:
        one = base.replace("Not", "")
        found = z3.Or(*(self._compare(one, value, text, key) for text in wanted))
        return z3.Not(found) if "Not" in base else found

    def _compare(self, base: str, value: Any, text: str, key: str) -> Any:
        if base == "StringLike":
            return self._like(text, value)
        if base in ("ArnLike", "ArnEquals"):
            return self._arn(text, value)
        if base == "StringEqualsIgnoreCase":
            letters = [z3.Union(z3.Re(c.lower()), z3.Re(c.upper())) if c.isalpha() else z3.Re(c) for c in text]
            return z3.InRe(value, z3.Concat(*letters) if len(letters) > 1 else letters[0])
        if base == "IpAddress":
            network = ipaddress.ip_network(text, strict=False)
            first, last = int(network.network_address), int(network.broadcast_address)
            return z3.And(self.number[key] >= first, self.number[key] <= last)
        if base.startswith("Date"):
            seconds = int(datetime.fromisoformat(text).timestamp())
            return _COMPARE[base.replace("Date", "Numeric")](self.number[key], seconds)
        if base.startswith("Numeric"):
            return _COMPARE[base](self.number[key], int(text))
        return value == text

    def _like(self, pattern: str, value: Any) -> Any:
        return z3.InRe(value, _expression(pattern, _ANY, _CHARACTER))

    def _arn(self, pattern: str, value: Any) -> Any:
        parts = pattern.split(":", 5)
        head = [_expression(part, z3.Star(_NO_COLON), _NO_COLON) for part in parts[:5]]
        if not re.fullmatch(re.escape(parts[0]).replace(r"\*", ".*").replace(r"\?", "."), "arn"):
            return z3.BoolVal(False)
        tail = _expression(parts[5], _ANY, _CHARACTER)
        colon = z3.Re(":")
        return z3.InRe(value, z3.Concat(z3.Re("arn"), colon, *(p for part in head[1:] for p in (part, colon)), tail))


_COMPARE: Mapping[str, Any] = {
    "NumericEquals": lambda value, wanted: value == wanted,
    "NumericLessThan": lambda value, wanted: value < wanted,
    "NumericLessThanEquals": lambda value, wanted: value <= wanted,
    "NumericGreaterThan": lambda value, wanted: value > wanted,
    "NumericGreaterThanEquals": lambda value, wanted: value >= wanted,
}


def _expression(pattern: str, star: Any, mark: Any) -> Any:
    parts = [star if c == "*" else mark if c == "?" else z3.Re(c) for c in pattern]
    return z3.Concat(*parts) if len(parts) > 1 else parts[0] if parts else z3.Re("")
