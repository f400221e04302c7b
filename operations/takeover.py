"""A deployment looks before it makes a key, an alias or a parameter: what AWS has is taken over, or nothing is applied.

So the same command finishes after every crash, and no edit, lost state or stray alias makes a key a second time.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from baseline import names
from baseline.errors import Refusal
from baseline.inventory import Inventory, Key, Provider
from baseline.seen import Seen, SeenKey
from baseline.takeover import TAKE_OVER, Making, Takeover, decide
from baseline.words import count
from deployment.deploy import Planned
from deployment.plan import StackPlan
from deployment.plan_keys import KEY
from live.sessions import Sessions
from live.shared_clients import MOST_AT_ONCE
from live.survey import look_at, survey
from operations.adopted_plans import refuse_others_than_adopted, write_imports
from operations.feature_imports import Confirm, FeatureImports, Imports, imported_features
from operations.progress import Say


@dataclass(frozen=True, slots=True)
class Looking:
    """What is needed to look before something is made."""

    inventory: Inventory
    sessions: Sessions
    confirm: Confirm
    say: Say
    dry_run: bool = False
    """Whether no state may be changed either."""

    def first(self, planned: Planned) -> Planned:
        """Plans in which no key is made that AWS has already.

        Raises Refusal where a key of the state is gone, where something stands in the way, or where the owner did not say
        that complete keys are to be taken over. WorldError when AWS cannot be asked.
        """
        planned = self._untainted(planned)
        self._refuse_vanished(planned)
        refuse_others_than_adopted(self.inventory, planned.plans)
        imports = self._keys_to_import(planned)
        if imports:
            write_imports(self.inventory, planned.folders(imports), imports)
            planned = planned.again(imports)
        return FeatureImports(self.inventory, self.sessions, self.confirm, self.say, imports).into(planned)

    def _untainted(self, planned: Planned) -> Planned:
        """Plans without the keys' taint that an interrupted deployment left, once each key was looked at."""
        tainted: dict[str, list[str]] = {}
        for failure in planned.failures:
            for address in failure.keys.tainted:
                key, provider = self._of(failure.stack, address)
                key_id = failure.keys.known[address]
                problem = _not_sound(look_at(self.sessions, provider, [key_id])[key_id], key, provider)
                if problem:
                    raise Refusal(
                        f"{_where(key)}: the key {key_id} is marked as tainted, and it {problem}; nothing was applied",
                        "look at the key; `terraform untaint` or `terraform state rm` then says what it is",
                    )
                tainted.setdefault(failure.stack, []).append(address)
        if not tainted:
            return planned
        keys = sum(map(len, tainted.values()))
        found = f"{count(keys, 'key')} of an interrupted deployment looked at and found right"
        if self.dry_run:
            self.say(f"{found}: a deployment untaints them first, and a dry run leaves the state as it is")
            return planned
        self.say(f"{found}: untainting")
        return planned.again(tainted, untaint=tainted)

    def _refuse_vanished(self, planned: Planned) -> None:
        lines, helps = [], []
        for plan in planned.plans:
            for gone in (*plan.keys.vanished, *plan.keys.stopped):
                key, provider = self._of(plan.stack.name, gone.address)
                found = look_at(self.sessions, provider, [gone.key_id])[gone.key_id]
                line, help = _vanished(key, gone.key_id, found)
                lines.append(f"  {line}")
                helps += help
        if lines:
            raise Refusal(
                "keys of the state are gone or were stopped; nothing was applied\n" + "\n".join(lines), "\n".join(helps)
            )

    def told(self, planned: Planned) -> Iterator[str]:
        """Which keys the plans make, take over, disable and enable, and which features they take over: a line each."""
        for plan in planned.plans:
            stack = self.inventory.by_name[plan.stack.name]
            keys = stack.keys
            for word, addresses in (
                ("new keys", plan.keys.made),
                ("taken over", plan.keys.imported),
                ("disabled", plan.keys.disabled),
                ("enabled again", plan.keys.enabled),
            ):
                told = [f"{key.region} {key.purpose}" for key in keys if f"{KEY}.{key.address}" in addresses]
                if told:
                    yield f"{plan.stack.name}: {word}: {', '.join(told)}"
            if features := imported_features(stack, plan.keys.imported):
                yield f"{plan.stack.name}: features taken over: {', '.join(features)}"

    def _keys_to_import(self, planned: Planned) -> Imports:
        decided = list(self._decided(list(self._made(planned))))
        self._refuse_or_ask(decided)
        imports: Imports = {}
        for key, found in decided:
            if found.imports:
                imports.setdefault(key.stack, {}).update(found.imports)
        return imports

    def _made(self, planned: Planned) -> Iterator["_Made"]:
        """The keys of which a plan makes something."""
        known = frozenset(id for plan in planned.plans for id in plan.keys.known.values())
        for plan in planned.plans:
            stack = self.inventory.by_name[plan.stack.name]
            for key in stack.keys:
                making = _making(plan, key, known)
                if making.key or making.alias or making.parameter:
                    yield _Made(key, stack.provider(key.provider), making)

    def _decided(self, made: Sequence["_Made"]) -> Iterator[tuple[Key, Takeover]]:
        places: dict[tuple[str, str], list[_Made]] = {}
        for one in made:
            places.setdefault((one.key.account_id, one.key.region), []).append(one)

        def look(ones: list[_Made]) -> Seen:
            return survey(self.sessions, ones[0].provider, [one.key.parameter for one in ones if one.key.parameter])

        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            for ones, seen in zip(places.values(), pool.map(look, places.values()), strict=True):
                if seen.not_looked_for:
                    missed = " and ".join(seen.not_looked_for)
                    self.say(f"note: {ones[0].key.account} {ones[0].key.region}: could not look for {missed}")
                for one in ones:
                    yield one.key, decide(one.key, one.provider.tags["namespace"], one.making, seen)

    def _refuse_or_ask(self, decided: Sequence[tuple[Key, Takeover]]) -> None:
        """Raise Refusal unless everything may be taken over as decided."""
        for key, found in decided:
            if found.note:
                self.say(f"note: {_where(key)}: {found.note}")
        refused = [f"  {_where(key)}: {found.refusal}" for key, found in decided if found.refusal]
        if refused:
            raise Refusal(
                "\n".join(["AWS has what would be made, and it cannot be taken over; nothing was applied", *refused]),
                "look at these keys first; `kms-baseline adopt` makes one ours, `terraform state rm ADDRESS` makes a state "
                "forget a wrong one",
            )
        asked = [f"  {_where(key)}: {found.question}" for key, found in decided if found.question]
        if asked and not self.confirm("\n".join(["AWS has these, and the state does not know them:", *asked])):
            raise Refusal(
                "\n".join(["AWS has what would be made, and the state does not know it; nothing was applied", *asked]),
                f"if no other state has them, `kms-baseline deploy {TAKE_OVER}` takes them over",
            )

    def _of(self, stack: str, address: str) -> tuple[Key, Provider]:
        """The key at a Terraform address of a stack."""
        found = self.inventory.by_name[stack]
        key = next(key for key in found.keys if f"{KEY}.{key.address}" == address)
        return key, found.provider(key.provider)


@dataclass(frozen=True, slots=True)
class _Made:
    """A key of which a plan makes something."""

    key: Key
    provider: Provider
    making: Making


def _making(plan: StackPlan, key: Key, known: frozenset[str]) -> Making:
    address, alias, parameter = names.key_addresses(key.address, published=True)
    return Making(
        key=address in plan.keys.made,
        alias=alias in plan.keys.made,
        parameter=parameter in plan.keys.made,
        known=plan.keys.known.get(address),
        known_elsewhere=known,
    )


def _where(key: Key) -> str:
    return f"{key.account} {key.region} {key.purpose}"


def _not_sound(found: SeenKey | None, key: Key, provider: Provider) -> str:
    """Why a tainted key is not what an interrupted deployment leaves behind; empty where it is."""
    if found is None:
        return "does not exist"
    if not found.is_for(provider.tags["namespace"], key.purpose):
        return "does not have the tags of this key"
    return found.peculiarity or ("" if found.state in key.states else f"is {found.state}")


def _vanished(key: Key, key_id: str, found: SeenKey | None) -> tuple[str, list[str]]:
    """What became of a key of the state, and what to do."""
    if found is not None and found.deletion is not None:
        commands = [
            f"aws kms {command} --region {key.region} --key-id {key_id}"
            for command in ("cancel-key-deletion", "enable-key")[: 2 if key.enabled else 1]
        ]
        said = f"{_where(key)}: the key {key_id} waits for its deletion on {found.deletion:%Y-%m-%d %H:%M} UTC"
        return said, [f"to keep it, in account {key.account_id}:", *(f"  {command}" for command in commands)]
    if found is not None and found.state == "Disabled":
        enable = f"  aws kms enable-key --region {key.region} --key-id {key_id}"
        said = f"{_where(key)}: somebody disabled the key {key_id}, and the plan would enable it again"
        return said, [f"if that is over, in account {key.account_id}:", enable]
    state = "does not exist any more" if found is None else f"is {found.state}"
    entry = f"- {{account: {key.account}, region: {key.region}, purpose: {key.purpose}, then: keep}}"
    said = f"{_where(key)}: the key {key_id} {state}, and with it all that it encrypts"
    help = "only your own word makes a new one: list the old one under `retired:`, deploy, and remove the entry"
    return said, [help, f"  {entry}"]
