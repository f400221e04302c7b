"""What every verdict rests on, printed with it."""

from collections.abc import Mapping

from baseline.iam.actions import ACTIONS, AS_OF
from baseline.organization import IamDelegation

A3 = "A3"
ASSUMPTIONS: Mapping[str, str] = {
    "A1": "KMS has no anonymous callers.",
    "A2": "A policy is asked about one partition; account IDs have twelve digits; IAM principals are root users, users, "
    "roles with their sessions, and federated users. Of principals of other accounts KMS honours use, grants, and "
    "looking at what these need; of the condition keys a call has those that AWS's reference lists for its action.",
    A3: "An AWS service that calls by its own principal carries no key of an IAM principal, its session or its network, "
    "such as kms:CallerAccount, aws:PrincipalArn or aws:SourceVpc. Decided without it first; a verdict that needs it "
    "says so.",
    "A4": "Condition keys are independent of each other, so a counterexample may pair keys that no service sends together. "
    "IAM principals send none that only services send.",
    "A5": "SCPs, RCPs, endpoint policies, boundaries and session policies only take away: what is never allowed stays so, "
    "what is always allowed may be cut. Grants add, and are outside; hence the properties on CreateGrant.",
    "A6": "One step, under this policy: whoever may call PutKeyPolicy can change the answer.",
}
ACTIONS_KNOWN = (
    f"Over the {len(ACTIONS)} actions of a key policy known on {AS_OF}, and any later one that a wildcard takes in."
)

ACTIONS_OF_TODAY = (
    f"Over the {len(ACTIONS)} actions of a key policy known on {AS_OF}. A wildcard takes in what KMS adds later; nothing is "
    "said of that."
)

_DELEGATIONS: Mapping[IamDelegation, str] = {
    "manage": "The account's IAM policies may give management, never use. Whoever's IAM policy allows kms:PutKeyPolicy "
    "administers the key; the list of administrators only adds direct permission.",
    "administrators": "Only the root user, the deployment role and the administrators may be given management by the "
    "account's IAM policies; nobody may be given use.",
    "full": "The account's IAM policies may give everything. What is said of administrators, grants and use is about "
    "the key policy alone.",
}


def scope(delegation: IamDelegation, separate_duties: bool) -> str:
    """What the verdicts on a key with these settings are about, in a sentence or two."""
    duties = " Administrators are denied every use, also through services." if separate_duties else ""
    return _DELEGATIONS[delegation] + duties
