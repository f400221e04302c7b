"""Names the real cause of a failed Terraform, and what to do about it."""

import re
from collections.abc import Mapping

from deployment.cause import Cause, Explain, Place
from deployment.hcp.causes import CAUSES as OF_HCP
from deployment.hcp.causes import OF_THE_WORKSPACE
from deployment.mirror import VARIABLE
from deployment.output import ErrorBlock


def cause_of(block: ErrorBlock, place: Place) -> Cause | None:
    """The cause behind an error block of a stack, or None when the block must speak for itself."""
    # The registry is looked up as HCP Terraform is: the same words stand in both errors.
    causes = {**_OF_THE_PROVIDER, **OF_HCP, **_CAUSES}
    return next((explain(block, place) for pattern, explain in causes.items() if re.search(pattern, block.text)), None)


def _no_credentials(_: ErrorBlock, place: Place) -> Cause:
    here = "sign in (`aws sso login`) and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    return Cause("no AWS credentials were found", OF_THE_WORKSPACE if place.remote else here)


def _refused_credentials(_: ErrorBlock, place: Place) -> Cause:
    here = "sign in again (`aws sso login`), or renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
    return Cause(
        "AWS does not accept the credentials: they are wrong or have expired",
        OF_THE_WORKSPACE if place.remote else here,
    )


def _role_not_assumed(block: ErrorBlock, _: Place) -> Cause:
    role = re.search(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]*[\w+=,@-]", block.text)
    return Cause(
        f"the role {role[0]} cannot be assumed" if role else "the deployment role cannot be assumed",
        "create the role in that account and let it trust the caller, "
        "or name another under `role:` in the configuration",
    )


def _other_account(block: ErrorBlock, _: Place) -> Cause:
    account = re.search(r"account ID not allowed: (\d{12})", block.text, re.IGNORECASE)
    return Cause(
        f"the credentials lead to account {account[1] if account else 'another than the stack is for'}",
        "use credentials of the account in the configuration, or correct its `id` or its `role` there",
    )


def _provider_missing(block: ErrorBlock, place: Place) -> Cause:
    here = f"connect to the network, or name a folder that holds the provider in {VARIABLE}"
    return Cause(
        f"the AWS provider cannot be installed: {_first_sentence(block)}",
        "let the workers of HCP Terraform reach the registry" if place.remote else here,
    )


def _other_provider(block: ErrorBlock, place: Place) -> Cause:
    version = re.search(r"previously-selected version (\S+) is no longer available", block.text)
    why = f"version {version[1]} is not at hand" if version else "its sums are others"
    return Cause(
        f"the AWS provider of the lock file .terraform.lock.hcl cannot be installed: {why}",
        "get the provider that it names; or, if the configuration has a lock of providers, run `kms-baseline lock --providers` "
        f"with {'the platform linux_amd64' if place.remote else 'the platform of this machine'}, "
        f"else remove {place.folder / '.terraform.lock.hcl'}",
    )


def _locked(block: ErrorBlock, place: Place) -> Cause:
    facts = _lock_facts(block)
    problem = f"the state is locked by {facts.get('Who') or 'somebody'}"
    if since := facts.get("Created"):
        problem += f" since {since}"
    if identifier := facts.get("ID"):
        problem += f", lock ID {identifier}"
    return Cause(problem, _unlocking(block, identifier, place))


def _unlocking(block: ErrorBlock, identifier: str | None, place: Place) -> str:
    # A lock on a local file is held by a living process, and goes with it: Terraform cannot force it.
    if "resource temporarily unavailable" in block.text or not identifier:
        return "wait until that run has ended"
    return f"wait until that run has ended; if it was killed: {place.command('force-unlock', identifier)}"


def _protected(block: ErrorBlock, place: Place) -> Cause:
    address = re.search(r"Resource (.+?) has lifecycle\.prevent_destroy", block.text)
    name = address[1] if address else "a protected resource"
    return Cause(
        f"the plan would destroy {name}, which is protected",
        "put back what was changed; or, when an interrupted deployment left a key tainted, look at it in AWS, then:\n  "
        + place.command("untaint", name if address else "ADDRESS"),
        loses_keys=True,
    )


def _backend_changed(_: ErrorBlock, place: Place) -> Cause:
    # Terraform also offers -reconfigure, which starts with an empty state: every key would be made anew.
    return Cause("the state is still in the former backend", f"move it: {place.command('init', '-migrate-state')}")


def _bucket_name_taken(block: ErrorBlock, _: Place) -> Cause:
    name, of_recorder = _named(block), "config_recorder" in _address(block)
    field = "log_group_encryption.recorder_bucket" if of_recorder else "cloudtrail.bucket"
    return Cause(
        f"another account has a bucket called {name} (BucketAlreadyExists): accounts share the names of all buckets",
        f"make a bucket of another name and write it under `features.{field}`",
    )


def _trail_too_early(block: ErrorBlock, _: Place) -> Cause:
    """CloudTrail looks at once at what was written a moment ago, and the provider does not try again.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudtrail/trail.go
    """
    policy = "the bucket's policy" if "InsufficientS3BucketPolicyException" in block.text else "the key's policy"
    return Cause(
        f"CloudTrail does not see {policy} yet, or {policy} does not let it write",
        "deploy again; if it says the same then, and the bucket is yours, give it the policy of docs/features/cloudtrail.md",
    )


def _budgets_closed(_: ErrorBlock, __: Place) -> Cause:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html"""
    return Cause(
        "AWS Budgets refuses the deployment role",
        "in an account that AWS Organizations did not make, the root user first opens billing to IAM: Account, IAM user "
        "and role access to Billing information; otherwise the role lacks an action, and `kms-baseline bootstrap` renders it",
    )


def _no_service_linked_role(block: ErrorBlock, _: Place) -> Cause:
    service = re.search(r"aws-service-role/([a-z.-]+)/", block.text)
    return Cause(
        f"AWS has to make a service-linked role{f' for {service[1]}' if service else ''}, and the deployment role may not",
        "give the deployment role the statement ServiceLinkedRoles that `kms-baseline bootstrap` renders, and deploy again",
    )


def _not_disabled(block: ErrorBlock, _: Place) -> Cause:
    """The key's own policy denies it of a key that is in use; else nobody gave it to the role."""
    if "explicit deny in a resource-based policy" in block.text:
        return Cause(
            f"{_address(block)} was used lately, and its policy then denies that it is disabled",
            "it stays enabled; wait, or lower `deny_deletion_if_used_within_days` for it (docs/retiring.md)",
        )
    return Cause(
        f"{_address(block)} is to be disabled, and the deployment role may not do that",
        "add kms:DisableKey to the role as long as an entry says `then: disable`, and deploy again",
    )


def _exists(block: ErrorBlock, place: Place) -> Cause:
    """What a feature made stays when the feature is switched off, and is there when it is switched on again."""
    address, code = _address(block), re.search(r"\w*Already\w+", block.text)
    # Terraform knows a trail by its ARN, whose account the error does not tell.
    id = "ARN" if address.startswith("aws_cloudtrail.") else _named(block)
    return Cause(
        f"{address} exists already{f' ({code[0]})' if code else ''}",
        f"if an earlier deployment made it, take it over and deploy again:\n  {place.command('import', address, id)}",
    )


def _nothing_to_import(block: ErrorBlock, _: Place) -> Cause:
    """AWS has no such thing, or the key waits for its deletion: the provider says the same of both."""
    address = re.search(r'existing object to "([^"]+)"', block.text)
    return Cause(
        f"{address[1] if address else 'something'} is to be imported, and AWS does not have it, or is to delete it",
        "if the lock has it as adopted: look at the key, cancel its deletion, or restore the lock of before the adoption "
        "(docs/adopting.md)",
    )


def _denied(block: ErrorBlock, _: Place) -> Cause:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    action, resource = re.search(_NOT_ALLOWED, block.text).groups()  # type: ignore[union-attr]
    return Cause(
        f"the deployment may not call {action} on {resource}",
        "`kms-baseline bootstrap` renders the role with all that the configuration needs: renew it, and deploy again",
    )


def _named(block: ErrorBlock) -> str:
    """What the error calls the resource: "creating S3 Bucket (NAME): ..."."""
    name = re.search(r"\(([^()\s]+)\):", block.text)
    return name[1] if name else "NAME"


def _address(block: ErrorBlock) -> str:
    address = re.search(r"with (aws_\w+\.[\w-]+),", block.text)
    return address[1] if address else "ADDRESS"


_EXISTS = (
    r"BucketAlreadyOwnedByYou|ResourceAlreadyExistsException|TrailAlreadyExistsException"
    r"|CreateBackupVault.*AlreadyExistsException"
)
_OF_THE_PROVIDER: Mapping[str, Explain] = {
    r"doesn't match any of the checksums previously|previously-selected version \S+ is no longer": _other_provider,
    r"Failed to (query available provider packages|install provider)|Could not retrieve the list of available versions": (
        _provider_missing
    ),
}
_NOT_ALLOWED = r"not authorized to perform:\s+([a-z0-9-]+:\w+)\s+on\s+resource:\s+(\S+)\s+because\s+no\s+identity-based"
_CAUSES: Mapping[str, Explain] = {
    r"No valid credential sources found": _no_credentials,
    r"failed to refresh cached credentials, no EC2 IMDS role found": _no_credentials,
    r"ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|refresh cached SSO token failed": _refused_credentials,
    r"Cannot assume IAM Role": _role_not_assumed,
    r"account ID not allowed|Account ID not allowed": _other_account,
    r"Error acquiring the state lock|Error locking state": _locked,
    r"Instance cannot be destroyed": _protected,
    r"Cannot import non-existent remote object": _nothing_to_import,
    r"BucketAlreadyExists": _bucket_name_taken,
    r"Insufficient(S3Bucket|Encryption)PolicyException": _trail_too_early,
    r"iam:CreateServiceLinkedRole": _no_service_linked_role,
    r"KMS: DisableKey,.*AccessDeniedException": _not_disabled,
    r"Budgets: \w+.*AccessDeniedException": _budgets_closed,
    _EXISTS: _exists,
    _NOT_ALLOWED: _denied,
    r"Backend configuration changed|Backend initialization required": _backend_changed,
}


def _lock_facts(block: ErrorBlock) -> dict[str, str]:
    pairs = (line.strip().partition(":") for line in block.detail)
    return {name: value.strip() for name, _, value in pairs if name in ("ID", "Who", "Created")}


def _first_sentence(block: ErrorBlock) -> str:
    text = block.text.removeprefix(block.summary).strip()
    return re.split(r"(?<=[^.])\. |To see which modules", text)[0].rstrip(". ")
