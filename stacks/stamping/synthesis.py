"""The stacks of an Inventory as Terraform JSON.

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

from baseline.adoption.imports import adopted_imports
from baseline.errors import WorldError
from baseline.inventory import Inventory, Stack
from baseline.likeness.writing import Unlike
from stacks.check import check, check_imports
from stacks.stamping.builders import Built, build_all
from stacks.stamping.cache import TemplateCache, building_versions, cache_folder
from stacks.stamping.shape import Shape, Shapes
from stacks.stamping.symbols import with_symbols
from stacks.stamping.template import Template, manifest
from stacks.stamping.templates import Templates

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
def synthesized(
    inventory: Inventory,
    building: Building = Building(),  # noqa: B008
    shapes: Shapes | None = None,
) -> "Iterator[Synthesis]":
    """Build what must be built; `shapes`, as these versions build them, may know some already.

    Raises WorldError when Node fails, or when the output is not what the Inventory says.
    """
    names = [stack.name for stack in inventory.stacks]
    if len(set(names)) != len(names):  # CDKTF would see it, but it does not see the stacks together
        raise WorldError("two stacks have one name, so nothing was written", "this is a defect of kms-baseline")
    shapes = shapes or Shapes(building_versions())
    with TemporaryDirectory(prefix="kms-baseline-templates-") as own:
        users = None if building.full else cache_folder(os.environ)
        synthesis = Synthesis(shapes, Templates(TemplateCache(Path(own)), TemplateCache(users) if users else None))
        for stack in inventory.stacks:
            synthesis.add(stack, shapes.of_itself(stack) if building.full else shapes.of(stack))
            if imports := adopted_imports(inventory.lock, stack):
                check_imports(stack, imports)
                synthesis.imports[stack.name] = imports
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

    def __init__(self, shapes: Shapes, templates: Templates) -> None:
        self._shapes = shapes
        self._templates = templates
        self._members: dict[str, list[tuple[Stack, Shape]]] = {}
        self.imports: dict[str, dict[str, str]] = {}
        """By stack: what Terraform imports, by address. In no stack's JSON: each would be a shape of its own."""

    @property
    def stacks(self) -> Iterator[str]:
        """The names of all stacks."""
        return (stack.name for members in self._members.values() for stack, _ in members)

    def add(self, stack: Stack, shape: Shape) -> None:
        """One stack more."""
        self._members.setdefault(shape.digest, []).append((stack, shape))

    def texts(self, form: Callable[[str], str] | None = None) -> Iterator[tuple[Stack, str]]:
        """Every stack with its JSON, shape by shape. Another form may leave things out and order them, no more."""
        for digest, members in self._members.items():
            template = self._templates.read(digest)
            template = template.rewritten(form) if form else template
            for stack, shape in members:
                yield stack, template.stamped(shape.values)

    def manifest(self) -> str:
        """What lists all stacks for `cdktf`."""
        entries = []
        for digest, members in self._members.items():
            template = self._templates.read(digest)
            entries += [(stack.name, template.manifest_entry(shape.values)) for stack, shape in members]
        return manifest([entry for _, entry in sorted(entries)])

    def build(self, building: Building) -> None:
        """Build every shape of which no template is known; where the sample then differs, every shape."""
        differing = self._build_missing(building)
        if differing:
            # A template of the cache was whole, and not what is built today.
            self._templates.distrust()
            differing = self._build_missing(building)
        if differing:
            raise WorldError(
                f"the stack `{differing.name}` is another when it is built by itself, so nothing was written",
                "this is a defect of kms-baseline; please report it, and use --full meanwhile",
            )

    def _build_missing(self, building: Building) -> Stack | None:
        """Build what is missing, and a sample in full. Returns the sample if what is stamped differs from it."""
        sample: list[tuple[Stack, Built]] = []
        while missing := [digest for digest in self._members if not self._is_known(digest)]:
            building.begin()
            requests = list(self._requests(missing))
            if requests and not sample and not building.full:
                requests.append(_Request(self._any_stack(requests), {}, ""))

            def done(position: int, built: Built, requests: Sequence[_Request] = requests) -> None:
                if requests[position].digest:
                    self._take(requests[position], built)
                else:
                    sample.append((requests[position].stack, built))

            for number in build_all([request.stack for request in requests], done, building.memory):
                building.progress(number, len(requests))
        return next((stack for stack, built in sample if self._differs(stack, built)), None)

    def _is_known(self, digest: str) -> bool:
        return self._templates.has(digest, lambda template: self._check(digest, template))

    def _requests(self, missing: Sequence[str]) -> Iterator[_Request]:
        for digest in missing:
            stack, shape = self._members[digest][0]
            try:
                yield _Request(*(with_symbols(stack, shape) if shape.values else (stack, {})), digest)
            except Unlike:
                self._separate(digest)

    def _any_stack(self, requests: Sequence[_Request]) -> Stack:
        """A stack at random, rather one that is only stamped in this run."""
        firsts = {request.digest for request in requests}
        every = [
            (stack, position == 0 and digest in firsts)
            for digest, members in self._members.items()
            for position, (stack, _) in enumerate(members)
        ]
        return random.choice([stack for stack, is_first in every if not is_first] or [stack for stack, _ in every])

    def _take(self, request: _Request, built: Built) -> None:
        """Keep what was built, if it can be stamped exactly."""
        template = Template(*built, request.symbols)
        if not template.is_exact():
            self._separate(request.digest)
            return
        self._check(request.digest, template)
        self._templates.keep(request.digest, template)

    def _separate(self, digest: str) -> None:
        """Every stack of a shape becomes one of itself."""
        for stack, _ in self._members.pop(digest):
            self.add(stack, self._shapes.of_itself(stack))

    def _check(self, digest: str, template: Template) -> None:
        stack, shape = self._members[digest][0]
        check(stack, json.loads(template.stamped(shape.values)))

    def _differs(self, stack: Stack, built: Built) -> bool:
        """Whether what is stamped is not what was built in full."""
        [(digest, shape)] = [
            (digest, shape) for digest, members in self._members.items() for of, shape in members if of is stack
        ]
        template = self._templates.read(digest)
        entry = template.manifest_entry(shape.values)
        return template.stamped(shape.values) != built.stack or manifest([entry]) != built.manifest
