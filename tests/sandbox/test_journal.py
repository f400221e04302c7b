"""The layer before moto: the journal, the faults, and what becomes of what moto does not know."""

import json
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError
from werkzeug.test import Client as HttpClient
from werkzeug.wrappers import Response

from baseline.errors import WorldError
from sandbox.journal import Journal
from sandbox.pages import ask
from sandbox.process import start
from sandbox.seed import seed
from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, Client, connect
from tests.sandbox.refusals import refusal, status

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def headers(service: str, **more: str) -> dict[str, str]:
    """A signature that nobody checks, which says the service."""
    scope = f"Credential=AKIAQAAAAAAAAAAAAAAA/20260101/eu-west-2/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0", **more}


def journal(application: Any) -> HttpClient:
    """The layer around an application that is not moto."""
    return HttpClient(Journal(application, lambda access_key_id: f"account of {access_key_id}", {}))


def broken(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    raise KeyError("keys")


def ignorant(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    raise NotImplementedError


def fine(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    return Response("fine")(environ, start_response)


def test_a_call_is_written_down_with_service_operation_account_status_and_time(client: Client, url: str) -> None:
    kms = client("kms", DEPLOY_ROLE, "us-east-1")
    ask(url, "DELETE", "/sandbox/calls")
    kms.create_key()
    refusal(kms.describe_key, KeyId="alias/none")
    client("sns").list_topics()
    calls = ask(url, "GET", "/sandbox/calls")
    for call in calls:
        assert call.pop("ms") > 0
    assert calls[:2] == [
        {
            "service": "kms",
            "operation": "CreateKey",
            "region": "us-east-1",
            "account": ACCOUNT,
            "status": 200,
            "query": [],
            "note": "",
            "needs": [],
        },
        {
            "service": "kms",
            "operation": "DescribeKey",
            "region": "us-east-1",
            "account": ACCOUNT,
            "status": 400,
            "query": [],
            "note": "",
            "needs": [],
        },
    ]
    assert (calls[2]["service"], calls[2]["operation"], calls[2]["status"]) == ("sns", "ListTopics", 200)


@pytest.mark.parametrize(
    ("request_headers", "body", "operation"),
    [
        (headers("kms", **{"X-Amz-Target": "TrentService.Encrypt"}), "{}", "Encrypt"),
        (
            headers("sts", **{"Content-Type": "application/x-www-form-urlencoded"}),
            "Action=AssumeRole&A=1",
            "AssumeRole",
        ),
        (headers("backup"), "", "POST /backup-vaults/"),
    ],
)
def test_the_operation_is_read_from_where_its_protocol_has_it(
    request_headers: dict[str, str], body: str, operation: str
) -> None:
    http = journal(fine)
    http.post("/backup-vaults/", headers=request_headers, data=body)
    (call,) = http.get("/sandbox/calls").json or []
    assert call["operation"] == operation
    assert call["account"] == "account of AKIAQAAAAAAAAAAAAAAA"


def test_the_application_still_gets_the_body_that_was_read() -> None:
    def echo(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return Response(environ["wsgi.input"].read())(environ, start_response)

    form = headers("sts", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert journal(echo).post("/", headers=form, data="Action=A&B=2").text == "Action=A&B=2"


ERRORS = {
    "kms": '{"__type": "CODE", "message": "MESSAGE"}',
    "backup": '{"__type": "CODE", "message": "MESSAGE"}',
    "ec2": "<Response><Errors><Error><Code>CODE</Code><Message>MESSAGE</Message></Error></Errors>",
    "s3": "<Error><Code>CODE</Code><Message>MESSAGE</Message>",
    "sts": "<ErrorResponse><Error><Type>Sender</Type><Code>CODE</Code><Message>MESSAGE</Message></Error>",
}


@pytest.mark.parametrize("service", ERRORS)
def test_what_moto_does_not_know_is_said_at_once_in_the_services_own_format(service: str) -> None:
    response = journal(ignorant).post("/x", headers=headers(service))
    expected = ERRORS[service].replace("CODE", "NotImplementedException")
    assert response.status_code == 400
    assert expected.replace("MESSAGE", f"the sandbox does not know {service} POST /x") in response.text


@pytest.mark.parametrize("service", ERRORS)
def test_a_crash_in_moto_is_an_error_that_no_sdk_tries_again(service: str, capfd: pytest.CaptureFixture[str]) -> None:
    response = journal(broken).post("/x", headers=headers(service))
    assert (response.status_code, "SandboxFault" in response.text) == (400, True)
    assert "KeyError('keys')" in response.text
    assert "Traceback" in capfd.readouterr().err


def test_an_empty_404_is_an_operation_that_moto_does_not_know_unless_it_answers_head() -> None:
    def nothing(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return Response("", 404)(environ, start_response)

    assert "NotImplementedException" in journal(nothing).get("/x", headers=headers("backup")).text
    assert journal(nothing).head("/bucket", headers=headers("s3")).status_code == 404


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("kms", "connect_custom_key_store", {"CustomKeyStoreId": "x"}),
        ("ec2", "describe_fast_launch_images", {}),
        ("sns", "get_data_protection_policy", {"ResourceArn": "arn:aws:sns:eu-west-2:111111111111:x"}),
        ("backup", "list_copy_jobs", {}),
    ],
)
def test_boto3_reads_the_error_of_an_operation_that_moto_does_not_know(
    client: Client, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    call = getattr(client(service), operation)
    code, message = refusal(call, **arguments)
    assert (code, status(call, **arguments)) == ("NotImplementedException", 400)
    assert message.startswith(f"the sandbox does not know {service} ")


def fault(**values: Any) -> str:
    """A fault of the journal's around an application that is fine."""
    return json.dumps({"service": "kms", "operation": "Encrypt", "kind": "error", **values})


def test_a_fault_hits_its_operation_after_so_many_calls_and_so_many_times() -> None:
    http = journal(fine)
    http.post("/sandbox/faults", data=fault(after=1, times=2, code="KMSInternalException", status=500))
    encrypt = headers("kms", **{"X-Amz-Target": "TrentService.Encrypt"})
    http.post("/", headers=headers("kms", **{"X-Amz-Target": "TrentService.Decrypt"}))
    answers = [http.post("/", headers=encrypt) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 500, 500, 200]
    assert answers[1].headers["X-Amzn-ErrorType"] == "KMSInternalException"
    assert [call["status"] for call in http.get("/sandbox/calls").json or []] == [200, 200, 500, 500, 200]


def test_a_slow_fault_holds_the_answer_back() -> None:
    http = journal(fine)
    http.post("/sandbox/faults", data=fault(kind="slow", seconds=0.2))
    begin = time.monotonic()
    answer = http.post("/", headers=headers("kms", **{"X-Amz-Target": "TrentService.Encrypt"}))
    assert (answer.text, time.monotonic() - begin >= 0.2) == ("fine", True)


def test_a_call_whose_answer_is_lost_was_done(url: str, client: Client) -> None:
    kms = client("kms", DEPLOY_ROLE, "ap-south-1")
    ask(url, "POST", "/sandbox/faults", fault(operation="CreateKey", kind="lost-answer"))
    with pytest.raises(ConnectionClosedError):
        kms.create_key()
    assert ask(url, "GET", "/sandbox/calls")[-1]["status"] == 200
    assert len(kms.list_keys()["Keys"]) == 1


def test_the_sandbox_ends_at_the_call_that_was_ordered(url: str) -> None:
    with start() as mortal:
        credentials = seed(mortal.url, CALLER_ACCOUNT, [], [])
        key = (credentials.access_key_id, credentials.secret_access_key, None)
        ask(mortal.url, "POST", "/sandbox/faults", fault(operation="CreateKey", kind="die", after=1))
        kms = connect(mortal.url, "kms", "eu-west-2", key)
        kms.create_key()
        with pytest.raises(ConnectionClosedError):
            kms.create_key()
        with pytest.raises(WorldError, match="no sandbox answers"):
            ask(mortal.url, "GET", "/sandbox/ready")
    assert ask(url, "GET", "/sandbox/ready")


def test_faults_can_be_taken_back() -> None:
    http = journal(fine)
    http.post("/sandbox/faults", data=fault())
    http.delete("/sandbox/faults")
    assert http.post("/", headers=headers("kms", **{"X-Amz-Target": "TrentService.Encrypt"})).status_code == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (fault(kind="nap"), "`kind` must be one of error, slow, lost-answer, die, got `nap`"),
        (fault(count=1), "unknown field `count`"),
        ('{"service": "kms"}', "a fault needs `service`, `operation` and `kind`"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(url: str, body: str, problem: str) -> None:
    with pytest.raises(WorldError, match=problem):
        ask(url, "POST", "/sandbox/faults", body)


def test_there_is_no_other_page(url: str) -> None:
    with pytest.raises(WorldError, match="no such page"):
        ask(url, "GET", "/sandbox/secrets")
