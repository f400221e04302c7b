"""The templates that a run stamps with: in the user's cache where that can be, else in a folder of the run."""

from collections.abc import Callable

from baseline.errors import WorldError
from stacks.stamping.cache import TemplateCache
from stacks.stamping.template import Template


class Templates:
    """What is known to fit the Inventory, by the digests of shapes."""

    def __init__(self, own: TemplateCache, users: TemplateCache | None) -> None:
        self._own = own
        self._users = users
        self._fitting: set[str] = set()
        self._trusted = True

    def has(self, digest: str, check: Callable[[Template], None]) -> bool:
        """Whether there is one that fits. `check` raises what it likes for one of the user's cache that does not."""
        return digest in self._fitting or self._is_taken_over(digest, check)

    def _is_taken_over(self, digest: str, check: Callable[[Template], None]) -> bool:
        template = self._users.read(digest) if self._users and self._trusted else None
        if not self._users or not template:
            return False
        try:
            check(template)
        except (WorldError, ValueError, KeyError, TypeError, AttributeError):  # damaged, whatever its sum says
            return False
        self._users.used(digest)
        self._fitting.add(digest)
        return True

    def keep(self, digest: str, template: Template) -> None:
        """Put in one that was built and fits."""
        if not (self._users and self._users.keeps(digest, template)):
            self._own.write(digest, template)
        self._fitting.add(digest)

    def distrust(self) -> None:
        """Forget all of them, and take none over any more."""
        for digest in self._fitting:
            if self._users:
                self._users.remove(digest)
        self._fitting.clear()
        self._trusted = False

    def read(self, digest: str) -> Template:
        """One that is kept. Raises WorldError when somebody took it away meanwhile."""
        template = self._own.read(digest) or (self._users.read(digest) if self._users else None)
        if template is None:
            raise WorldError("what was built is gone from the cache", "run the command again")
        return template
