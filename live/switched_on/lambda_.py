"""Keys of functions: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, ProbeFailed
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def function(clients: Clients, key: str, _name: str) -> None:
    """Making one takes a role: look at the variables of those that are there."""
    functions = clients("lambda")
    for found in functions.get_paginator("list_functions").paginate().search("Functions"):
        if found.get("KMSKeyArn") == key:
            seen = functions.get_function_configuration(FunctionName=found["FunctionName"])
            if error := seen.get("Environment", {}).get("Error"):
                raise ProbeFailed(f"the variables of {found['FunctionName']} cannot be read: {error['Message']}")


def _functions(functions: Any) -> Found:
    for one in pages(functions, "list_functions", "Functions"):
        yield one.get("KMSKeyArn"), Dependent("function", one["FunctionName"])


LAMBDA = OfPurpose(
    kind="function",
    probe=Probe("look at the functions under the key", "", function),
    looks=(Look("functions", "lambda", _functions),),
    unseen=("versions of functions that are not the latest", "code archives, and filters of event sources"),
)
