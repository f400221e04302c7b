"""What a person should know of the purposes of their own."""

from collections.abc import Iterator

from baseline.configuration.own_purposes import principal_of
from baseline.iam.contexts import CONTEXTS
from baseline.iam.service_names import VIA
from baseline.iam.services import sends
from baseline.inventory import Inventory
from baseline.organization import Organization
from baseline.own_purpose import OwnPurpose
from baseline.words import count, some

BUCKET_ARN = "aws:s3:arn"


def own_purpose_notes(inventory: Inventory) -> Iterator[str]:
    """Of each of them that has a key, and of those that are in each other's way."""
    there = {key.purpose for key in inventory.keys}
    purposes = inventory.organization.purposes.values()
    own = [purpose.own for purpose in purposes if purpose.own and purpose.name in there]
    for each in own:
        number = len(inventory.organization.purposes[each.name].permissions)
        evidence = f"{count(number, 'statement')}, evidence `yours`"
        yield f"{each.source}: what services do with {each.name} keys rests on your word ({evidence})"
        yield from (f"{each.source}: {remark}" for remark in _remarks(each))
    yield from _same_service(inventory.organization, own)


def _remarks(own: OwnPurpose) -> Iterator[str]:
    for through in own.through:
        if through.service not in VIA:
            yield f"whether `{through.service}` stands in `kms:ViaService` is not known; if not, nobody uses the key through it"
        for name, values in through.context:
            known = CONTEXTS.get(through.service)
            if known is None or name not in known:
                names = f"known are {', '.join(sorted(known))}" if known else "none of its names is known"
                yield f"whether `{through.service}` has `{name}` in its encryption context is not known; {names}"
            if name == BUCKET_ARN and (alone := _objects_alone(values)):
                yield (
                    f"the context has `{alone}` and not the bucket itself: with an S3 Bucket Key the context is the bucket's "
                    "ARN, and every call would be denied"
                )
    for call in own.calls:
        for key, _ in call.fence:
            if sends(principal_of(call.service), key) is None:
                yield f"whether `{call.service}` sends `{key}` is not known; if not, it cannot use the key"


def _objects_alone(values: tuple[str, ...]) -> str:
    """A pattern of objects without their bucket; empty: there is none."""
    return next((value for value in values if value.endswith("/*") and value.removesuffix("/*") not in values), "")


def _same_service(organization: Organization, own: list[OwnPurpose]) -> Iterator[str]:
    """Two keys for one service in one region: nobody but people knows which is for what."""
    for i, one in enumerate(own):
        for other in own[i + 1 :]:
            services = [each.service for each in other.through if each.service in {t.service for t in one.through}]
            both = [
                account.name
                for account in organization.accounts
                if {r for r, p in account.keys if p == one.name} & {r for r, p in account.keys if p == other.name}
            ]
            if services and both:
                yield (
                    f"{some(both)} can use both {one.name} and {other.name} keys through {', '.join(services)}: whoever makes "
                    "something says which"
                )
