"""The features that an account has, and what is wrong with their settings."""

from collections.abc import Iterator
from typing import Any

from baseline.configuration.file import AccountSection
from baseline.configuration.source import Source
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.features import FEATURES
from baseline.features.feature import Context
from baseline.organization import Organization, SwitchedOn


def switched_on(
    source: Source, sections: Sections, index: int, account: AccountSection
) -> Iterator[tuple[str, SwitchedOn]]:
    """Those that are on. The account's settings are laid over the organization's, field by field."""
    organization: tuple[FieldPath, Any] = (("features",), sections.features)
    own: tuple[FieldPath, Any] = (("accounts", index, "features"), account.features)
    for name, feature in FEATURES.items():
        merged: dict[str, Any] = {}
        paths: dict[str, FieldPath] = {}
        for path, section in (organization, own):
            if section is None or name not in section.model_fields_set:
                continue
            written = getattr(section, name)
            if written is None:
                merged, paths = {}, {}
                continue
            paths[""] = (*path, name)
            for field in written.model_fields_set:
                merged[field] = getattr(written, field)
                paths[field] = (*path, name, field)
        if paths:
            places = {field: source.place(path) for field, path in paths.items()}
            yield name, SwitchedOn(feature.settings.model_construct(**merged), places)


def feature_mistakes(organization: Organization) -> Iterator[Mistake]:
    """Settings of a feature that contradict each other, in one account or across accounts."""
    context = Context(organization.id, organization.namespace, organization.partition)
    for name, feature in FEATURES.items():
        on = [account.features[name] for account in organization.accounts if name in account.features]
        if instead := feature.missing_in.get(organization.partition):
            problem = f"the partition {organization.partition} lacks what this feature configures"
            yield from (use.place().mistake(problem, instead) for use in on)
        for found in feature.problems(organization.uses(feature), context):
            yield on[found.use].place(found.field).mistake(found.problem, found.help)
