"""The keys of parameters: SecureStrings of Parameter Store."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, AccountThrough, Permission, Purpose

SSM = Purpose(
    name="ssm",
    title="parameters of Parameter Store",
    optional=True,
    limits=(
        "Only a SecureString is encrypted, and its older versions stay under the key with which they were written.",
        "A parameter is shared with another account in the advanced tier, by AWS RAM; the key is shared apart from that.",
        "Disabled, parameters under it are answered InvalidKeyId.",
    ),
    controls=("KMS.4",),
    probe="parameter",
    shared=("kms:Decrypt", DESCRIBE),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughParameterStore",
            to=AccountThrough("ssm"),
            actions=(*USE, DESCRIBE),
            service="ssm",
            evidence="managed key",
            if_wrong="who writes or reads parameters is denied",
            fallback="name the roles under `users`",
            source=f"{DOCS}/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
        ),
    ),
)
