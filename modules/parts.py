"""Which construct builds the part of which feature."""

import importlib
from collections.abc import Callable

from cdktf import TerraformProvider
from constructs import Construct

from baseline.features.feature import Part


def build_part(scope: Construct, part: Part, provider: TerraformProvider) -> None:
    """Build what a feature creates in one region: by the construct of the feature's name in the module of that name.

    Loaded only now: each brings bindings with it, and most organizations use few features.
    """
    feature = part.site.feature
    construct: Callable[[Construct, Part, TerraformProvider], None] = getattr(
        importlib.import_module(f"modules.{feature}"), feature
    )
    construct(scope, part, provider)
