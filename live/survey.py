"""What an account's region has that could be a key of ours, its alias or its parameter.

Only keys behind aliases of the namespace are read whole, and those that have no alias at all and our tags: whatever
else is in the account is none of our business. A name is looked up by itself, never guessed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from baseline import names
from baseline.inventory import Provider
from baseline.seen import Seen, SeenKey
from live.asking import allowed, asking
from live.keys import listed, read_key, tags_of
from live.sessions import Sessions

_PARAMETERS_AT_ONCE = 10
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""


def survey(sessions: Sessions, provider: Provider, parameters: Sequence[str], expected: Collection[str] = ()) -> Seen:
    """What is there of the provider's namespace, and of these parameters.

    Where an alias is not at a key of ours though it is `expected` to be, the key may have got another name: then the tags of
    every key are looked at. Raises WorldError when AWS cannot be reached or refuses the aliases.
    """
    with asking(provider), sessions.entered(provider) as clients:
        ssm = clients("ssm") if parameters else None
        return _Survey(clients("kms"), ssm, provider).of(parameters, expected)


def look_at(sessions: Sessions, provider: Provider, key_ids: Iterable[str]) -> dict[str, SeenKey | None]:
    """These keys by their IDs; None for one that does not exist any more. Raises WorldError as `survey` does."""
    with asking(provider), sessions.entered(provider) as clients:
        kms = clients("kms")
        return {key_id: read_key(kms, key_id) for key_id in key_ids}


class _Survey:
    def __init__(self, kms: Any, ssm: Any, provider: Provider) -> None:
        self._kms = kms
        self._ssm = ssm
        self._ours = {"managed-by": names.MANAGED_BY, "namespace": provider.tags["namespace"]}
        self._head = names.alias(provider.tags["namespace"], "")

    def of(self, parameters: Sequence[str], expected: Collection[str]) -> Seen:
        every = listed(self._kms, "list_aliases", "Aliases")
        targets = {alias["AliasName"]: alias["TargetKeyId"] for alias in every if "TargetKeyId" in alias}
        behind = dict.fromkeys(key_id for alias, key_id in targets.items() if alias.startswith(self._head))
        found = {key_id: key for key_id in behind if (key := read_key(self._kms, key_id))}
        lost = any(alias not in targets or self._is_foreign(found.get(targets[alias])) for alias in expected)
        passed_over = behind if lost else set(targets.values())
        every_key = allowed(lambda: [key["KeyId"] for key in listed(self._kms, "list_keys", "Keys")])
        for key_id in every_key or ():
            if key_id not in passed_over and (key := self._key_of_ours(key_id)):
                found[key_id] = key
        values = allowed(lambda: self._values(parameters))
        missed = (
            *(("keys without an alias (kms:ListKeys is denied)",) if every_key is None else ()),
            *(("parameters (ssm:GetParameters is denied)",) if values is None else ()),
        )
        return Seen(aliases=targets, keys=found, parameters=values, not_looked_for=missed)

    def _key_of_ours(self, key_id: str) -> SeenKey | None:
        """A key by its ID, if it was made here; None for another one, or one that may not be read."""
        tags = allowed(lambda: tags_of(self._kms, key_id))
        return read_key(self._kms, key_id, tags) if self._are_ours(tags) else None

    def _is_foreign(self, key: SeenKey | None) -> bool:
        """Whether a key is another one than ours; of one that may not be read nobody knows."""
        return key is not None and key.tags is not None and not self._are_ours(key.tags)

    def _are_ours(self, tags: Mapping[str, str] | None) -> bool:
        return tags is not None and self._ours.items() <= tags.items()

    def _values(self, parameters: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(parameters), _PARAMETERS_AT_ONCE):
            answer = self._ssm.get_parameters(Names=parameters[start : start + _PARAMETERS_AT_ONCE])
            found |= {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
        return found
