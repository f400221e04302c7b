"""Errors as each kind of AWS service writes them, for what moto does not answer itself.

The four forms are those of the protocols in AWS's API models: JSON, EC2's XML, S3's XML, and the XML of the
other query services. https://smithy.io/2.0/aws/protocols/index.html
"""

import json
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REQUEST_ID = "00000000-0000-0000-0000-000000000000"
_EC2 = "<Response><Errors><Error>{error}</Error></Errors><RequestID>{id}</RequestID></Response>"
_S3 = "<Error>{error}<RequestId>{id}</RequestId></Error>"
_QUERY = "<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>{id}</RequestId></ErrorResponse>"
_QUERY_SERVICES = frozenset({"autoscaling", "cloudformation", "iam", "monitoring", "rds", "sns", "sts"})


def error_reply(service: str, code: str, message: str, status: int = 400) -> Response:
    """An error that the AWS SDKs read as `code` and `message`. With a status under 500 none of them retries it."""
    if template := _xml_template(service):
        error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        body = _XML + template.format(error=error, id=_REQUEST_ID)
        return Response(body, status, {"Content-Type": "text/xml"})
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amzn-ErrorType": code}
    return Response(json.dumps({"__type": code, "message": message}), status, headers)


def _xml_template(service: str) -> str:
    if service in _QUERY_SERVICES:
        return _QUERY
    return {"ec2": _EC2, "s3": _S3}.get(service, "")
