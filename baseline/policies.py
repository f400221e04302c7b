"""The policies of many accounts: composed once for all that differ in nothing but the account's ID.

The rules that a policy is composed and checked by ask of an account's ID only whether it is the same as another.
So accounts whose settings are equal, once their own ID is replaced by a symbol, have equal policies up to that ID.
"""

from dataclasses import fields

from baseline.iam.document import Document
from baseline.iam.renaming import RenamedDocument, renamable
from baseline.key_policy import key_policy
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings
from baseline.purposes.purpose import Purpose

SETTINGS_THAT_COUNT = tuple(f.name for f in fields(KeySettings) if f.name.rpartition("_")[2] != "place")
"""All but the places, which say where something is written."""
_OWN = "\x00"  # `repr` never writes it


class Policies:
    """Composes policies, and remembers the first of each kind."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], tuple[Document, str] | None] = {}
        self._texts: dict[tuple[int, str], tuple[KeySettings, str]] = {}

    def policy(self, purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Document:
        """The policy of one key, as `key_policy` has it. Raises PolicyError."""
        kind = (purpose.name, place.region, place.partition, place.namespace, self._likeness(settings, place))
        if kind not in self._first:
            document = key_policy(purpose, settings, place)
            self._first[kind] = (document, place.account_id) if renamable(document, place.account_id) else None
            return document
        first = self._first[kind]
        return RenamedDocument(*first, place.account_id) if first else key_policy(purpose, settings, place)

    def _likeness(self, settings: KeySettings, place: KeyPlace) -> str:
        """The settings and the account's role as text, without the account's ID and the lines of the file."""
        known = self._texts.get((id(settings), place.account_id))
        if known is None:
            said = ([getattr(settings, name) for name in SETTINGS_THAT_COUNT], place.organization_id, place.role)
            known = self._texts[id(settings), place.account_id] = settings, repr(said).replace(place.account_id, _OWN)
        return known[1]
