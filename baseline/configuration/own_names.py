"""The names in `keys.custom`: of purposes, services and the encryption context."""

import re
from collections.abc import Iterable, Iterator

from baseline.configuration.source import Source
from baseline.errors import FieldPath, Mistake
from baseline.fields.limits import nearest
from baseline.iam.service_names import PRINCIPALS, VIA, is_known
from baseline.own_purpose import PREFIX, condition_key
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Service

_BY_HAND = "a statement of your own, under `statements`, can have it"
_REGION_OR_DOMAIN = re.compile(r"\.amazonaws\b|\.[a-z]{2}(-[a-z]+)+-[0-9]")
_CONDITION_KEYS = ("kms:", "aws:Source", "aws:Principal", "aws:Resource", "aws:Called", "aws:Via")


def name_mistakes(source: Source, path: FieldPath, name: str) -> Iterator[Mistake]:
    """No purpose is called so, and no service, of which there may be a purpose later."""
    if name in PURPOSES:
        yield source.mistake(
            path, f"`{name}` is a purpose that there is", f"write `keys: {{purposes: {{{name}: true}}}}`"
        )
    elif name in VIA:
        help = "name what the keys are for, such as `data-lake`"
        yield source.mistake(path, f"`{name}` is the name of a service of AWS", help)
    elif name.startswith(PREFIX):
        problem = f"`{name}` begins with `{PREFIX}`, which is put before it"
        yield source.mistake(path, problem, f"write `{name.removeprefix(PREFIX)}`")


def via_mistakes(source: Source, path: FieldPath, label: str) -> Iterator[Mistake]:
    """A name that is not in AWS's table may be new; one that no list of ours has at all is misspelt."""
    return _service_mistakes(source, path, label, "a service as `kms:ViaService` has it", VIA)


def principal_mistakes(source: Source, path: FieldPath, label: str) -> Iterator[Mistake]:
    """The same of a service principal."""
    what = "what is before `.amazonaws.com` of a service principal,"
    return _service_mistakes(source, path, label, what, PRINCIPALS)


def _service_mistakes(
    source: Source, path: FieldPath, label: str, what: str, names: Iterable[str]
) -> Iterator[Mistake]:
    if _REGION_OR_DOMAIN.search(label):
        problem = f"must be {what} without region and domain, got `{label}`"
        yield source.mistake(path, problem, f"write `{label.split('.')[0]}`")
    elif not is_known(label):
        help = nearest(label, sorted(names)) or _BY_HAND
        yield source.mistake(path, f"`{label}` is not known as a service of AWS", help)


def context_mistakes(source: Source, path: FieldPath, names: Iterable[str]) -> Iterator[Mistake]:
    """Names of the context are no condition keys."""
    for name in names:
        short = name.removeprefix(condition_key(""))
        if short != name:
            problem = f"`{name}` is a condition key, and its name in the context is wanted"
            yield source.mistake((*path, name), problem, f"write `{short}`")
        elif name.startswith(_CONDITION_KEYS):
            yield source.mistake(
                (*path, name), f"`{name}` is a condition key and no name of the encryption context", "remove it"
            )


NOT_THERE = "KMS refuses a policy with a service that it does not know; leave it out"


def partition_mistakes(source: Source, path: FieldPath, label: str, partition: str) -> Iterator[Mistake]:
    """A service of which the registry knows that the partition lacks it."""
    senders = (p for purpose in PURPOSES.values() for p in purpose.permissions if isinstance(p.to, Service))
    partitions = {name for p in senders if p.to == Service(f"{label}.amazonaws.com") for name in p.partitions}
    if partitions and partition not in partitions:
        yield source.mistake(path, f"there is no `{label}` in the partition {partition}", NOT_THERE)
