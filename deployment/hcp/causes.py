"""Names the real cause of a failure that only a backend of HCP Terraform has, and what to do about it.

What Terraform says there: https://github.com/hashicorp/terraform/tree/v1.11.4/internal/cloud
"""

import re
from collections.abc import Mapping

from deployment.cause import Cause, Explain, Place
from deployment.hcp import refusals
from deployment.output import ErrorBlock

OF_THE_WORKSPACE = (
    "a run in HCP Terraform has the variables of its workspace and no others: give it dynamic credentials, or renew its "
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (docs/hcp-terraform.md)"
)


def _no_admin(_: ErrorBlock, __: Place) -> Cause:
    return refusals.UNREADABLE_PLAN


def _no_token(block: ErrorBlock, _: Place) -> Cause:
    host = re.search(r"generate a token for (\S+?):?(\s|$)", block.text)
    return refusals.no_token(host[1] if host else "")


def _refused_token(block: ErrorBlock, _: Place) -> Cause:
    return refusals.refused_token(_host(block))


def _no_organization(block: ErrorBlock, _: Place) -> Cause:
    name = re.search(r'organization "([^"]+)"', block.text)
    return refusals.no_organization(_host(block), name[1] if name else "of this name")


def _unreachable(block: ErrorBlock, _: Place) -> Cause:
    why = block.text.rpartition(": ")[2].rstrip(".")
    help = refusals.LOOK_AT_HOST
    if "x509" in block.text:
        why, help = f"its certificate is not trusted ({why})", refusals.TRUST
    return Cause(f"HCP Terraform cannot be reached: {why}", help)


def _locked(block: ErrorBlock, place: Place) -> Cause:
    """The facts that Terraform prints there are those of the lock that was asked for, not of the one that is held.

    https://github.com/hashicorp/terraform/blob/v1.11.4/internal/cloud/state.go
    """
    workspace = re.search(r'lock ID: "([^"]+)"', block.text)
    name = workspace[1] if workspace else "ORGANIZATION/WORKSPACE"
    return Cause(
        f"the workspace {name} is locked by {place.locker(name) or 'another run or by a person'}",
        "wait until that run has ended, or let whoever locked the workspace unlock it; "
        f"if a run was killed: {place.command('force-unlock', name)}",
    )


def _plan_is_gone(_: ErrorBlock, __: Place) -> Cause:
    return Cause(
        "the plan can no longer be applied: it was discarded or cancelled in HCP Terraform, or another run came first",
        "deploy again, which plans anew",
    )


def _host(block: ErrorBlock) -> str:
    host = re.search(r"at host ([^\s:]+(:\d+)?)", block.text)
    return host[1] if host else "HCP Terraform"


CAUSES: Mapping[str, Explain] = {
    r"couldn't read unredacted JSON plan data": _no_admin,
    r"Required token could not be found": _no_token,
    r"Failed to read organization.*unauthorized": _refused_token,
    r"organization \"[^\"]+\" at host \S+ not found": _no_organization,
    r"[Ff]ailed to request discovery document": _unreachable,
    r"workspace already locked": _locked,
    r"Saved plan is (discarded|canceled)": _plan_is_gone,
}
"""By what Terraform says."""
