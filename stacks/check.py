"""A stack's JSON held against the Inventory, in the product and not only in tests."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from baseline.errors import WorldError
from baseline.inventory import Stack


def check(stack: Stack, synthesized: Mapping[str, Any]) -> None:
    """Hold a stack's JSON against the Inventory. Raises WorldError naming what differs: then nothing is written."""
    resources = {f"{kind}.{name}" for kind, of_kind in synthesized.get("resource", {}).items() for name in of_kind}
    keys = synthesized.get("resource", {}).get("aws_kms_key", {})
    unprotected = {
        f"aws_kms_key.{name}"
        for name, key in keys.items()
        if key.get("lifecycle", {}).get("prevent_destroy") is not True
    }
    providers = [provider["alias"] for provider in synthesized.get("provider", {}).get("aws", [])]
    removed = synthesized.get("removed", [])
    forgotten = [block["from"] for block in removed]
    policies = {name: key.get("policy") for name, key in keys.items()}
    differences = {
        "resources": resources ^ stack.addresses(),
        "policies": {key.address for key in stack.keys if _read(policies.get(key.address)) != key.policy.render()},
        "keys without prevent_destroy": unprotected,
        "keys enabled or disabled": {
            key.address for key in stack.keys if keys.get(key.address, {}).get("is_enabled", True) is not key.enabled
        },
        "providers": set(providers) ^ {provider.alias for provider in stack.providers},
        "providers written twice": {alias for alias in providers if providers.count(alias) > 1},
        "imports": {block["to"] for block in synthesized.get("import", [])},
        "outputs": set(synthesized.get("output", {})) ^ {key.output for key in stack.keys},
        "forgotten addresses": set(forgotten) ^ set(stack.forgotten),
        "addresses forgotten twice": {address for address in forgotten if forgotten.count(address) > 1},
        "addresses destroyed": {
            block["from"] for block in removed if block.get("lifecycle", {}).get("destroy") is not False
        },
    }
    _refuse(stack, differences)


def check_imports(stack: Stack, imports: Mapping[str, str]) -> None:
    """Hold what a stack is to import against the Inventory. Raises WorldError naming what differs.

    Terraform says nothing where one thing is imported at two addresses: two resources would fight over it. An alias and
    a parameter have the same ID in every region.
    """
    regions = stack.regions()
    things = Counter((address.partition(".")[0], regions.get(address), id) for address, id in imports.items())
    differences = {
        "imports of what the stack does not have": set(imports) - regions.keys(),
        "imported at two addresses": {id for (_, _, id), times in things.items() if times > 1},
    }
    _refuse(stack, differences)


def _refuse(stack: Stack, differences: Mapping[str, Collection[str]]) -> None:
    wrong = [f"{what}: {', '.join(sorted(names))}" for what, names in differences.items() if names]
    if wrong:
        raise WorldError(
            f"the synthesized stack `{stack.name}` differs from the configuration, so nothing was written: "
            + "; ".join(wrong),
            "this is a defect of kms-baseline or of the installed cdktf; please report it",
        )


def _read(text: object) -> str:
    """A text as Terraform reads it, without the escapes of its templates."""
    return text.replace("$${", "${").replace("%%{", "%{") if isinstance(text, str) else ""
