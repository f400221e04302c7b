"""One call to AWS, read from its HTTP request without moto: which service, operation, region and key.

AWS names the service and the region in the signature's credential scope, and the operation in the header
`X-Amz-Target` (JSON services) or in the form field `Action` (query services). The REST services name it by
method and path only; such a call's operation is written as those two.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
"""

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CALL = "kms_baseline.call"
"""The key of the WSGI environment under which the journal leaves the call for what comes after it."""

_SCOPE = re.compile(r"Credential=(?P<key>[^/\s]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Call:
    """A call as it arrived; `note` is added by the extension that answered it."""

    service: str
    """The signing name, such as `kms`; empty when the request is not signed."""
    operation: str
    region: str
    access_key_id: str
    query: tuple[str, ...] = ()
    """The names in the query string: REST services tell operations on one path apart by them."""
    note: str = ""
    """Why a policy refused the call, longer than AWS says it."""
    needs: tuple[str, ...] = ()
    """The IAM actions that the call of an enforced role needed, and that its policy allows."""


def leave_note(environ: "WSGIEnvironment", text: str) -> None:
    """Write into the journal why the call that came with this environment was refused."""
    call: Call = environ[CALL]
    call.note = text


def leave_need(environ: "WSGIEnvironment", action: str) -> None:
    """Write into the journal that the call needed an action besides."""
    call: Call = environ[CALL]
    call.needs = (*call.needs, action)


def read_call(environ: "WSGIEnvironment") -> Call:
    """The call that a request makes. The request's body can still be read afterwards."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    access_key_id, region, service = scope.groups() if scope else ("", "", "")
    query = tuple(parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Call(service.lower(), _operation(environ), region, access_key_id, query)


def _operation(environ: "WSGIEnvironment") -> str:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if action := _action_of_the_form(environ):
        return action
    return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"


def _action_of_the_form(environ: "WSGIEnvironment") -> str:
    if not environ.get("CONTENT_TYPE", "").startswith(_FORM):
        return ""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
