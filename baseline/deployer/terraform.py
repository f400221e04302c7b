"""The bootstrap as Terraform JSON, one configuration for each kind of account."""

from collections.abc import Mapping
from typing import Any

from baseline.deployer import plan
from baseline.deployer.needed import DeploymentRole
from baseline.deployer.plan import ACCOUNT, MARK, Bootstrap, Document, compact, policy
from baseline.deployer.state import State
from baseline.deployer.trust import Identity, caller_trust, deployment_trust

_THIS = "${data.aws_caller_identity.this.account_id}"
_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.79"}


def documents(found: Bootstrap) -> dict[str, Document]:
    """Every file by its path."""
    made = plan.documents(found, _role, _caller, _state)
    return {f"{name}/main.tf.json": document for name, document in made.items()}


def _configuration(resources: Document, **more: Any) -> Document:
    return {
        "//": MARK,
        "terraform": {"required_version": ">= 1.5", "required_providers": {"aws": _PROVIDER}},
        **more,
        "resource": resources,
    }


def _role(role: DeploymentRole, found: Bootstrap) -> Document:
    trust = deployment_trust((found.caller, *found.others), role.external_ids)
    return _configuration(
        {
            "aws_iam_role": {"deployment": _iam_role(role.name, role.path, trust)},
            "aws_iam_role_policy": {
                "deployment": {
                    "name": "deployment",
                    "role": "${aws_iam_role.deployment.id}",
                    "policy": compact(policy(role.statements)).replace(ACCOUNT, _THIS),
                }
            },
        },
        data={"aws_caller_identity": {"this": {}}},
    )


def _iam_role(name: str, path: str, trust: Mapping[str, object]) -> Document:
    return {"name": name, "path": path, "assume_role_policy": compact(trust)}


def _caller(found: Bootstrap, identity: Identity) -> Document:
    provider = {"url": identity.url, "client_id_list": [identity.audience]}
    kind = "data" if found.has_provider else "resource"
    reference = "${" + ("data." if found.has_provider else "") + "aws_iam_openid_connect_provider.jobs.arn}"
    trust = caller_trust(identity, reference)
    blocks: dict[str, Any] = {
        "resource": {
            "aws_iam_role": {"caller": _iam_role(found.caller_name, found.caller_path, trust)},
            "aws_iam_role_policy": {
                "caller": {
                    "name": "deployments",
                    "role": "${aws_iam_role.caller.id}",
                    "policy": compact(policy(found.caller_access)),
                }
            },
        },
        "data": {},
    }
    asked = {"url": identity.url} if found.has_provider else provider
    blocks[kind]["aws_iam_openid_connect_provider"] = {"jobs": asked}
    more = {"data": blocks["data"]} if blocks["data"] else {}
    return _configuration(blocks["resource"], provider=_only_in(found.caller_account_id), **more)


def _only_in(account_id: str, **more: str) -> Document:
    return {"aws": {"allowed_account_ids": [account_id], **more}}


def _state(state: State) -> Document:
    of_bucket = {"bucket": "${aws_s3_bucket.states.id}"}
    kept = {"lifecycle": {"prevent_destroy": True}}
    encrypted = {"sse_algorithm": "aws:kms", "kms_master_key_id": "${aws_kms_key.states.arn}"}
    closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    resources = {
        "aws_kms_key": {
            "states": {
                "description": f"Terraform states in {state.backend.bucket}",
                "enable_key_rotation": True,
                "deletion_window_in_days": 30,
                "policy": compact(policy(state.key_policy)),
                **kept,
            }
        },
        "aws_kms_alias": {"states": {"name": state.alias, "target_key_id": "${aws_kms_key.states.key_id}"}},
        "aws_s3_bucket": {"states": {"bucket": state.backend.bucket, **kept}},
        "aws_s3_bucket_versioning": {
            "states": {**of_bucket, "versioning_configuration": {"status": "Enabled"}},
        },
        "aws_s3_bucket_server_side_encryption_configuration": {
            "states": {
                **of_bucket,
                "rule": {"bucket_key_enabled": True, "apply_server_side_encryption_by_default": encrypted},
            }
        },
        "aws_s3_bucket_public_access_block": {"states": {**of_bucket, **dict.fromkeys(closed, True)}},
        "aws_s3_bucket_ownership_controls": {
            "states": {**of_bucket, "rule": {"object_ownership": "BucketOwnerEnforced"}}
        },
        "aws_s3_bucket_policy": {"states": {**of_bucket, "policy": compact(policy(state.bucket_policy))}},
    }
    return _configuration(
        resources,
        provider=_only_in(state.account_id, region=state.backend.region),
        output={"kms_key": {"value": "${aws_kms_key.states.arn}"}},
    )
