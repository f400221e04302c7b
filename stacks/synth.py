"""The stacks of an Inventory as Terraform JSON: each shape is built once, and stamped for every stack that has it.

Before anything is used, a stack of each shape is held against the Inventory. Whenever something is built, one stack
chosen at random is built in full as well, and compared with what is stamped.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from baseline.errors import WorldError
from baseline.inventory import Inventory, Stack
from stacks.builders import Built, build_all
from stacks.check import check
from stacks.shape import Shape, Shapes, Unlike, with_symbols
from stacks.template import Template, manifest
from stacks.template_cache import TemplateCache, building_versions, cache_folder

Progress = Callable[[int, int], None]
"""Is told how many shapes of how many are built."""


class Building(NamedTuple):
    """How to build."""

    full: bool = False
    """Every stack by itself, and nothing that was built before."""
    memory: int | None = None
    """The bytes that may be used, which bound how many processes build; None: unknown."""
    begin: Callable[[], None] = lambda: None
    """Is called before anything is built."""
    progress: Progress = lambda _done, _all: None


@contextmanager
def synthesized(inventory: Inventory, building: Building = Building()) -> "Iterator[Synthesis]":  # noqa: B008
    """Build what must be built. Raises WorldError when Node fails, or when the output is not what the Inventory says."""
    names = [stack.name for stack in inventory.stacks]
    if len(set(names)) != len(names):  # CDKTF would see it, but it does not see the stacks together
        raise WorldError("two stacks have one name, so nothing was written", "this is a defect of kms-baseline")
    shapes = Shapes(building_versions())
    with TemporaryDirectory(prefix="kms-baseline-templates-") as own:
        users = None if building.full else cache_folder(os.environ)
        synthesis = Synthesis(shapes, TemplateCache(Path(own)), TemplateCache(users) if users else None)
        for stack in inventory.stacks:
            synthesis.add(stack, shapes.of_itself(stack) if building.full else shapes.of(stack))
        synthesis.build(building)
        yield synthesis


class _Request(NamedTuple):
    """A stack to be built, perhaps with symbols in it."""

    stack: Stack
    symbols: dict[str, str]
    digest: str
    """The shape; empty: the sample."""


class Synthesis:
    """Everything that `cdktf synth` would write, not yet written."""

    def __init__(self, shapes: Shapes, own: TemplateCache, users: TemplateCache | None) -> None:
        self._shapes = shapes
        self._own = own
        self._users = users
        self._members: dict[str, list[tuple[Stack, Shape]]] = {}
        self._ready: set[str] = set()

    def add(self, stack: Stack, shape: Shape) -> None:
        """One stack more."""
        self._members.setdefault(shape.digest, []).append((stack, shape))

    def texts(self, form: Callable[[str], str] | None = None) -> Iterator[tuple[Stack, str]]:
        """Every stack with its JSON, shape by shape. Another form may leave things out and order them, no more."""
        for digest, members in self._members.items():
            template = self._template(digest)
            template = template.rewritten(form) if form else template
            for stack, shape in members:
                yield stack, template.stamped(shape.values)

    def manifest(self) -> str:
        """What lists all stacks for `cdktf`."""
        entries = []
        for digest, members in self._members.items():
            template = self._template(digest)
            entries += [(stack.name, template.manifest_entry(shape.values)) for stack, shape in members]
        return manifest([entry for _, entry in sorted(entries)])

    def build(self, building: Building) -> None:
        """Build every shape of which no template is known."""
        for stack, built in self._built(building):
            if self._differs(stack, built):
                self._distrust()
        for stack, built in self._built(building):
            if self._differs(stack, built):
                raise WorldError(
                    f"the stack `{stack.name}` is another when it is built by itself, so nothing was written",
                    "this is a defect of kms-baseline; please report it, and use --full meanwhile",
                )

    def _built(self, building: Building) -> list[tuple[Stack, Built]]:
        """Build what is missing; returns the samples, which were built in full."""
        samples: list[tuple[Stack, Built]] = []
        while missing := self._missing():
            building.begin()
            requests = list(self._requests(missing))
            if requests and not samples and not building.full:
                requests.append(_Request(self._sample(requests), {}, ""))

            def done(position: int, built: Built, requests: Sequence[_Request] = requests) -> None:
                if requests[position].digest:
                    self._take(requests[position], built)
                else:
                    samples.append((requests[position].stack, built))

            for number in build_all([request.stack for request in requests], done, building.memory):
                building.progress(number, len(requests))
        return samples

    def _sample(self, requests: Sequence[_Request]) -> Stack:
        """A stack at random, rather one that is only stamped in this run."""
        firsts = {request.digest for request in requests}
        every = [
            (stack, position == 0 and digest in firsts)
            for digest, members in self._members.items()
            for position, (stack, _) in enumerate(members)
        ]
        return random.choice([stack for stack, is_first in every if not is_first] or [stack for stack, _ in every])

    def _distrust(self) -> None:
        """Build everything again: a template of the cache was whole, and not what is built today."""
        for digest in self._ready:
            if self._users:
                self._users.remove(digest)
        self._ready.clear()

    def _missing(self) -> list[str]:
        return [digest for digest in self._members if digest not in self._ready and not self._is_known(digest)]

    def _is_known(self, digest: str) -> bool:
        """Whether the user's cache has a template that fits the Inventory."""
        template = self._users and self._users.read(digest)
        if not template or self._users is None:
            return False
        try:
            self._check(digest, template)
        except (WorldError, ValueError, KeyError, TypeError, AttributeError):  # damaged, whatever its sum says
            return False
        self._users.used(digest)
        self._ready.add(digest)
        return True

    def _requests(self, missing: Sequence[str]) -> Iterator[_Request]:
        for digest in missing:
            stack, shape = self._members[digest][0]
            try:
                yield _Request(*(with_symbols(stack, shape) if shape.values else (stack, {})), digest)
            except Unlike:
                self._separate(digest)

    def _separate(self, digest: str) -> None:
        """Every stack of a shape becomes one of itself."""
        for stack, _ in self._members.pop(digest):
            self.add(stack, self._shapes.of_itself(stack))

    def _take(self, request: _Request, built: Built) -> None:
        """Keep what was built, if it can be stamped exactly."""
        template = Template(*built, request.symbols)
        if not template.is_exact():
            self._separate(request.digest)
            return
        self._check(request.digest, template)
        if not (self._users and self._users.keeps(request.digest, template)):
            self._own.write(request.digest, template)
        self._ready.add(request.digest)

    def _check(self, digest: str, template: Template) -> None:
        stack, shape = self._members[digest][0]
        check(stack, json.loads(template.stamped(shape.values)))

    def _template(self, digest: str) -> Template:
        template = self._own.read(digest) or (self._users.read(digest) if self._users else None)
        if template is None:
            raise WorldError("what was built is gone from the cache", "run the command again")
        return template

    def _differs(self, stack: Stack, built: Built) -> bool:
        """Whether what is stamped is not what was built in full."""
        [(digest, shape)] = [
            (digest, shape) for digest, members in self._members.items() for of, shape in members if of is stack
        ]
        template = self._template(digest)
        entry = template.manifest_entry(shape.values)
        return template.stamped(shape.values) != built.stack or manifest([entry]) != built.manifest
