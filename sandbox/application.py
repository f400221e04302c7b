"""AWS itself: moto's services, each with the extension that closes its gaps.

Importing this module imports moto, which takes about half a second; a service's own module is imported when its
first call arrives, or by `warm_up`.
"""

import functools
import importlib
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask
from moto.backends import get_backend
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import HTTP_METHODS, DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound
from werkzeug.test import Client

from sandbox.accounts import plant
from sandbox.calls import CALL
from sandbox.locks import lock_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EXTENSIONS = {
    "awslambda": ("sandbox.extensions.awslambda", "SandboxLambda"),
    "backup": ("sandbox.extensions.backup", "SandboxBackup"),
    "budgets": ("sandbox.extensions.budgets", "SandboxBudgets"),
    "cloudtrail": ("sandbox.extensions.cloudtrail", "SandboxCloudTrail"),
    "config": ("sandbox.extensions.config", "SandboxConfig"),
    "dynamodb": ("sandbox.extensions.dynamodb", "SandboxDynamoDb"),
    "ec2": ("sandbox.extensions.ec2", "SandboxEc2"),
    "ecr": ("sandbox.extensions.ecr", "SandboxEcr"),
    "efs": ("sandbox.extensions.efs", "SandboxEfs"),
    "iam": ("sandbox.extensions.iam", "SandboxIam"),
    "kinesis": ("sandbox.extensions.kinesis", "SandboxKinesis"),
    "kms": ("sandbox.extensions.kms", "SandboxKms"),
    "logs": ("sandbox.extensions.logs", "SandboxLogs"),
    "organizations": ("sandbox.extensions.organizations", "SandboxOrganizations"),
    "rds": ("sandbox.extensions.rds", "SandboxRds"),
    "s3": ("sandbox.extensions.s3", "SandboxS3"),
    "secretsmanager": ("sandbox.extensions.secretsmanager", "SandboxSecretsManager"),
    "sns": ("sandbox.extensions.sns", "SandboxSns"),
    "sqs": ("sandbox.extensions.sqs", "SandboxSqs"),
    "ssm": ("sandbox.extensions.ssm", "SandboxSsm"),
    "sts": ("sandbox.extensions.sts", "SandboxSts"),
}
"""Which class answers for a service instead of moto's own, by moto's name of the service."""

__all__ = [
    "EXTENSIONS",
    "application",
    "deliver",
    "enforce",
    "evaluate_everywhere",
    "get_account_id_from",
    "kept_keys",
    "key_history",
    "plant",
    "plant_key",
    "publish_as",
    "put_back",
    "warm_up",
]

# As in `sandbox.server`: one thread at a time imports parts of moto.
_IMPORTING = threading.Lock()


def app_for(service: Any) -> Flask:
    """Moto's Flask application of one service, answered by our extension of it where there is one."""
    with _IMPORTING:
        app = create_backend_app(service)
        extension = _extension(service)
    # What moto raises reaches the journal, which alone decides how it is answered.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_error_handler(NotFound, _unknown_path)
    lock = lock_of(service)
    if extension:
        _add_paths(app, extension)
    for name, view in app.view_functions.items():
        # `type.dispatch`, or `type.key_dispatch2`, with a number where a service has several paths.
        method = name.partition(".")[2].rstrip("0123456789")
        if extension and method.endswith("dispatch"):
            view = convert_to_flask_response(getattr(extension, method))
        app.view_functions[name] = _one_at_a_time(view, lock)
    return app


def warm_up(service: str, target: str) -> None:
    """Import a service and let it answer one harmless call, so that the next one does not wait for either."""
    with _IMPORTING:
        get_backend(service)  # type: ignore[call-overload]
    scope = f"Credential=AKIAAAAAAAAAAAAAAAAA/20200101/us-east-1/{service}/aws4_request"
    form = {"Action": target, "Version": "2011-06-15"} if service == "sts" else None
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, Signature=none"}
    if form is None:
        headers |= {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    Client(application).post("/", data=form or "{}", headers=headers)


def evaluate_everywhere(url: str, account_id: str | None, region: str | None) -> list[dict[str, str]]:
    """Let AWS Config evaluate its rules, and remediate."""
    found: list[dict[str, str]] = _within("evaluation", "evaluate_everywhere", url, account_id, region, alone="config")
    return found


def deliver(values: Any) -> dict[str, Any]:
    """Let a trail deliver a log file; see `sandbox.extensions.deliveries`."""
    answer: dict[str, Any] = _within("deliveries", "deliver", values)
    return answer


def key_history(values: Any) -> dict[str, Any]:
    """Set when a key was made, used and disabled; see `sandbox.extensions.key_history`."""
    answer: dict[str, Any] = _within("key_history", "rewrite", values, alone="kms")
    return answer


def plant_key(values: Any) -> dict[str, str]:
    """See `sandbox.extensions.planted`."""
    answer: dict[str, str] = _within("planted", "plant_key", values, alone="kms")
    return answer


def kept_keys() -> list[dict[str, Any]]:
    """See `sandbox.extensions.kept`."""
    answer: list[dict[str, Any]] = _within("kept", "kept_keys", alone="kms")
    return answer


def enforce(values: Any) -> dict[str, int]:
    """See `sandbox.extensions.enforcement`."""
    application.is_enforcing = True
    answer: dict[str, int] = _within("enforcement", "enforce", values, alone="iam")
    return answer


def put_back(keys: Any) -> dict[str, int]:
    """See `sandbox.extensions.kept`."""
    answer: dict[str, int] = _within("kept", "put_back", keys, alone="kms")
    return answer


def publish_as(values: Any) -> dict[str, Any]:
    """Let a service publish to a topic; see `sandbox.extensions.publishers`."""
    answer: dict[str, Any] = _within("publishers", "publish_as", values, alone="sns")
    return answer


def _within(module: str, function: str, *arguments: Any, alone: str | None = None) -> Any:
    """Call a function of an extension, which is imported for it, while no other call of the service `alone` is answered."""
    with _IMPORTING:
        extension = importlib.import_module(f"sandbox.extensions.{module}")
    with lock_of(alone) if alone else nullcontext():
        return getattr(extension, function)(*arguments)


def _extension(service: str) -> type[BaseResponse] | None:
    if service not in EXTENSIONS:
        return None
    module, name = EXTENSIONS[service]
    extension: type[BaseResponse] = getattr(importlib.import_module(module), name)
    return extension


def _add_paths(app: Flask, extension: type[BaseResponse]) -> None:
    """Operations of REST services that moto has no path for."""
    for path in getattr(extension, "PATHS", ()):
        app.add_url_rule(path, f"{path}.dispatch", extension.dispatch, methods=HTTP_METHODS, strict_slashes=False)


def _one_at_a_time(view: Callable[..., Any], lock: threading.Lock) -> Callable[..., Any]:
    def answer(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return view(*args, **kwargs)

    return answer


def _unknown_path(_: Exception) -> NoReturn:
    raise NotImplementedError


class _Dispatcher(DomainDispatcherApplication):
    """Moto's own, which lists its folder of services anew for every call: a third of a call's time."""

    is_enforcing = False
    """Whether roles are judged by their policies before they are answered."""

    def __init__(self) -> None:
        super().__init__(app_for)
        self._backend_of = functools.cache(super().get_backend_for_host)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        account = get_account_id_from(environ[CALL].access_key_id) if self.is_enforcing and CALL in environ else ""
        refused = _within("enforcement", "refusal", environ, account) if account else None
        answer: Iterable[bytes] = (refused or super().__call__)(environ, start_response)
        return answer

    def get_backend_for_host(self, host: str | None) -> Any:
        return self._backend_of(host)


application = _Dispatcher()
