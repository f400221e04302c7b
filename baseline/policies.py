"""The policies of many accounts: composed once for all that are alike. Why this is right: `baseline/likeness/__init__.py`."""

from dataclasses import replace

from baseline.iam.document import Document
from baseline.key_policy import key_policy
from baseline.key_policy.place import KeyPlace
from baseline.likeness.documents import RenamedDocument, renamable
from baseline.likeness.writing import Writer
from baseline.organization import KeySettings
from baseline.purposes.purpose import Purpose


class Policies:
    """Composes policies, and remembers the first of each kind."""

    def __init__(self) -> None:
        self._writer = Writer()
        self._first: dict[tuple[str, ...], tuple[Document, str] | None] = {}
        self._written: dict[tuple[int, str], tuple[KeySettings, str]] = {}

    def policy(self, purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Document:
        """The policy of one key, as `key_policy` has it. Raises PolicyError."""
        kind = (purpose.name, place.region, self._likeness(purpose, settings, place))
        if kind not in self._first:
            document = key_policy(purpose, settings, place)
            self._first[kind] = (document, place.account_id) if renamable(document, place.account_id) else None
            return document
        first = self._first[kind]
        return RenamedDocument(*first, place.account_id) if first else key_policy(purpose, settings, place)

    def _likeness(self, purpose: Purpose, settings: KeySettings, place: KeyPlace) -> str:
        """What is said of the key but for its region, without the account's ID: the same for many keys of an account.

        What an owner wrote into a purpose of their own may name an account too.
        """
        known = self._written.get((id(settings), place.account_id))
        if known is None:
            said = (settings.of_policy(), replace(place, region=""), purpose.own)
            written = self._writer.written(said, place.account_id)
            known = self._written[id(settings), place.account_id] = settings, written
        return known[1]
