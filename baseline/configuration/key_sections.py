"""What `organization.yaml` may say about keys: of every key, of a purpose, of selected ones, and what is waived."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, create_model

from baseline.configuration.key_fields import SHARE_WITH, STATEMENTS, KeySection
from baseline.configuration.own_sections import OwnName, OwnPurposeSection
from baseline.configuration.values import AccountName, PurposeName, Region
from baseline.fields import limits
from baseline.fields.switch import switch
from baseline.fields.written import WHEN_READ, OnDemand, Written
from baseline.property_names import FORMER_NAMES, PROPERTY_NAMES
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Purpose
from baseline.regions import PARTITIONS


def services_field(purpose: Purpose) -> Any:
    service = limits.OneOf(purpose.services, "a service of this purpose")
    publisher = limits.OneOf(purpose.services, "a publisher", limits.NOT_PUBLISHERS)
    return (
        list[Annotated[str, publisher if purpose.services_field == "publishers" else service]] | None,
        Field(
            None,
            description="The services that get their statements, by what their service principal is before `.amazonaws.com`. "
            f"When not said: {_when_not_said(purpose)}.",
        ),
    )


def _when_not_said(purpose: Purpose) -> str:
    """The services of the partition `aws`, and those of others where they are fewer."""
    usual = purpose.default_services("aws")
    fewer = {name: listed for name in PARTITIONS if (listed := purpose.default_services(name)) != usual}
    return "; ".join(
        [", ".join(usual) or "none", *(f"in {name} {', '.join(listed)}" for name, listed in fewer.items())]
    )


def purpose_section(purpose: Purpose) -> type[KeySection]:
    """What may be said about the keys of one purpose."""
    fields: dict[str, Any] = {
        purpose.services_field: services_field(purpose),
        "statements": (list[dict[str, Any]] | None, STATEMENTS),
    }
    if purpose.shared:
        fields["share_with"] = (list[str] | None, SHARE_WITH)
    return create_model(f"{purpose.name.capitalize()}Section", __base__=KeySection, **fields)


PURPOSE_SECTIONS = {name: purpose_section(purpose) for name, purpose in PURPOSES.items()}


def _switched_by_the_feature(feature: str) -> Any:
    def check(value: Any) -> Any:
        if isinstance(value, bool):
            problem = f"`{str(value).lower()}` switches nothing: the key comes and goes with the feature {feature}"
            raise ValueError(problem, f"write `features: {{{feature}: {str(value).lower()}}}`")
        return value

    return check


def purpose_field(purpose: Purpose) -> Any:
    """What `keys.purposes` may say of one purpose: a switch, or the settings where a feature is the switch."""
    section = PURPOSE_SECTIONS[purpose.name]
    sentences = [f"The keys for {purpose.title}.", *purpose.limits]
    if purpose.feature:
        settings: Any = Annotated[section, WHEN_READ]
        before = BeforeValidator(_switched_by_the_feature(purpose.feature), json_schema_input_type=settings)
        type_: Any = Annotated[settings | None, before]
    else:
        type_ = switch(section)
        sentences.insert(1, "Off unless it is switched on." if purpose.optional else "`false`: no such key.")
    return type_, Field(None, description=" ".join(sentences))


PurposesSection = create_model(
    "PurposesSection",
    __base__=Written,
    **{name: purpose_field(purpose) for name, purpose in PURPOSES.items()},
)


class ExceptionSection(KeySection):
    account: AccountName | None = Field(None, description="Only this account, by name; every account when not said.")
    region: Region | None = Field(None, description="Only this region.")
    purpose: PurposeName | None = Field(None, description="Only this purpose.")
    key: bool | None = Field(
        None,
        description="`false`: no key of the `purpose` there; `true`: a key. Needs a `reason`.",
    )
    reason: str | None = Field(None, description="Why; shown to auditors.")


class WaiverSection(Written):
    property: Annotated[str, limits.OneOf(PROPERTY_NAMES, "a property", FORMER_NAMES)] = Field(
        description="The property that need not hold, by the name that `prove` prints."
    )
    account: AccountName | None = Field(None, description="Only this account, by name; every account when not said.")
    region: Region | None = Field(None, description="Only this region.")
    purpose: PurposeName | None = Field(None, description="Only this purpose.")
    reason: Annotated[str, limits.REASON] = Field(description="Why it need not hold; `prove` shows it.")


class AccountKeysSection(KeySection):
    purposes: OnDemand[PurposesSection] | None = Field(None, description="The same settings for one purpose.")


class KeysSection(AccountKeysSection):
    custom: dict[OwnName, OnDemand[OwnPurposeSection]] = Field(
        default_factory=dict,
        description="Purposes of your own, by name. Elsewhere each is called `custom-` and its name.",
    )
    exceptions: list[OnDemand[ExceptionSection]] | None = Field(
        None, description="The strongest settings, for selected keys; later entries win."
    )
    waivers: list[OnDemand[WaiverSection]] | None = Field(
        None, description="Properties that need not hold of selected keys, each with a reason."
    )
