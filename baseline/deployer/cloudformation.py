"""The bootstrap as CloudFormation templates: that of a deployment role is for a StackSet."""

from collections.abc import Mapping
from typing import Any

from baseline.deployer import plan
from baseline.deployer.needed import DeploymentRole
from baseline.deployer.plan import ACCOUNT, MARK, Bootstrap, Document, policy
from baseline.deployer.state import State
from baseline.deployer.trust import Identity, caller_trust, deployment_trust

_KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def documents(found: Bootstrap) -> dict[str, Document]:
    """Every file by its path."""
    made = plan.documents(found, _role, _caller, _state)
    return {f"{name}.template.json": document for name, document in made.items()}


def _template(resources: Document, description: str, **more: Any) -> Document:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Metadata": {"WrittenBy": MARK},
        "Resources": resources,
        **more,
    }


def _iam_role(name: str, path: str, trust: Mapping[str, object], policy_name: str, allowed: object) -> Document:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "Path": path,
            "AssumeRolePolicyDocument": trust,
            "Policies": [{"PolicyName": policy_name, "PolicyDocument": allowed}],
        },
    }


def _role(role: DeploymentRole, found: Bootstrap) -> Document:
    trust = deployment_trust((found.caller, *found.others), role.external_ids)
    allowed = _with_account(policy(role.statements))
    description = (
        f"The role {role.name} of kms-baseline. A StackSet makes it in every account; the region does not count."
    )
    return _template({"Role": _iam_role(role.name, role.path, trust, "deployment", allowed)}, description)


def _with_account(value: Any) -> Any:
    """The same with the account's ID wherever it is meant."""
    if isinstance(value, str):
        return {"Fn::Sub": value.replace(ACCOUNT, "${AWS::AccountId}")} if ACCOUNT in value else value
    if isinstance(value, list):
        return [_with_account(one) for one in value]
    return {key: _with_account(one) for key, one in value.items()} if isinstance(value, dict) else value


def _caller(found: Bootstrap, identity: Identity) -> Document:
    provider_arn: object = f"arn:{found.partition}:iam::{found.caller_account_id}:oidc-provider/{identity.issuer}"
    resources: dict[str, Any] = {}
    if not found.has_provider:
        resources["Jobs"] = {
            "Type": "AWS::IAM::OIDCProvider",
            "Properties": {"Url": identity.url, "ClientIdList": [identity.audience]},
        }
        provider_arn = {"Ref": "Jobs"}
    trust = caller_trust(identity, provider_arn)
    resources["Role"] = _iam_role(
        found.caller_name, found.caller_path, trust, "deployments", policy(found.caller_access)
    )
    return _template(resources, "The role by which deployments of kms-baseline begin, in one account.")


def _state(state: State) -> Document:
    encrypted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    bucket = {
        "BucketName": state.backend.bucket,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": encrypted},
            ]
        },
        "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }
    key = {
        "Description": f"Terraform states in {state.backend.bucket}",
        "EnableKeyRotation": True,
        "PendingWindowInDays": 30,
        "KeyPolicy": policy(state.key_policy),
    }
    resources = {
        "Key": {"Type": "AWS::KMS::Key", **_KEPT, "Properties": key},
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": state.alias, "TargetKeyId": {"Ref": "Key"}},
        },
        "Bucket": {"Type": "AWS::S3::Bucket", **_KEPT, "Properties": bucket},
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy(state.bucket_policy)},
        },
    }
    description = f"The bucket with the states of kms-baseline, for {state.account_id} in {state.backend.region} alone."
    return _template(resources, description, Outputs={"KmsKey": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}})
