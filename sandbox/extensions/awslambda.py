"""Lambda: a function's variables are under a key only if the key lets Lambda in for whoever configures it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
"""

import json
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse
from moto.core.common_types import TYPE_RESPONSE

from sandbox.extensions.key_uses import KeyRefused, Refused, refused_to_the_caller

_USES = ("kms:Encrypt", "kms:CreateGrant")


class SandboxLambda(LambdaResponse):
    """Moto's Lambda, which asks no key and forgets it."""

    def create_function(self) -> TYPE_RESPONSE:
        """Raises Lambda's own error, as https://github.com/hashicorp/terraform/issues/20813 shows it."""
        key, name = self.json_body.get("KMSKeyArn"), self.json_body["FunctionName"].rsplit(":", 1)[-1]
        if not key:
            return super().create_function()
        if refused := self._refused(key, name, *_USES):
            message = (
                "Lambda was unable to configure access to your environment variables because the KMS key is invalid for "
                f"CreateGrant. KMS Exception: {refused.code} KMS Message: {refused.message}"
            )
            raise KeyRefused("InvalidParameterValueException", message)
        status, headers, body = super().create_function()
        self.backend.get_function(name, None).kms_key_arn = key
        return status, headers, json.dumps({**json.loads(body), "KMSKeyArn": key})

    def get_function_configuration(self) -> str:
        """What cannot be decrypted is an error beside the rest.

        https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentError.html
        """
        found = json.loads(super().get_function_configuration())
        name = unquote(self.path.rsplit("/", 2)[-2])
        if found.get("KMSKeyArn") and (refused := self._refused(found["KMSKeyArn"], name, "kms:Decrypt")):
            found["Environment"] = {"Error": {"ErrorCode": refused.code, "Message": refused.message}}
        return json.dumps(found)

    def _refused(self, key: str, name: str, *actions: str) -> Refused | None:
        arn = f"arn:{self.partition}:lambda:{self.region}:{self.current_account}:function:{name}"
        return refused_to_the_caller(self, key, "lambda", actions, {"aws:lambda:FunctionArn": arn})
