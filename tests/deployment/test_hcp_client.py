"""What the client makes of answers, and where it sends its token. The answers are given; no server is asked."""

import io
import json
from collections.abc import Callable
from email.message import Message
from typing import Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from baseline.errors import Exit
from deployment.hcp import client as module
from deployment.hcp.client import Client, HcpError
from deployment.hcp.tokens import Token

SECRET = "s3cr3t-t0ken"
Answer = Any
DISCOVERY = {"tfe.v2": "/api/v2/"}


class Opener:
    """In place of the network: an answer a call, as long as there are some."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.requests: list[Request] = []

    def open(self, request: Request, timeout: float) -> io.BytesIO:
        assert timeout
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            body = json.dumps({"errors": [{"status": str(answer), "title": "no", "detail": f"refused {SECRET}"}]})
            raise HTTPError(request.full_url, answer, "reason", Message(), io.BytesIO(body.encode()))
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())


Asking = Callable[..., tuple[Client, Opener]]


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Asking:
    """A client that gets these answers, after that of the discovery."""
    monkeypatch.setattr(module, "_PAUSE", 0)

    def make(*answers: Answer, discovery: Answer = DISCOVERY) -> tuple[Client, Opener]:
        opener = Opener([discovery, *answers])
        monkeypatch.setattr(module, "_opener", lambda *_: opener)
        return Client("localhost:8443", Token(SECRET), {}), opener

    return make


def test_the_token_goes_to_the_api_and_nowhere_else(asking: Asking) -> None:
    client, opener = asking({"data": []}, b"", b"")
    client.get("organizations", "a/b", "workspaces", **{"page[size]": "1"})
    client.upload("https://archive.example/secret", b"content")
    client.download("https://archive.example/secret")
    discovery, asked, *others = opener.requests
    assert asked.full_url == "https://localhost:8443/api/v2/organizations/a%2Fb/workspaces?page%5Bsize%5D=1"
    assert asked.unredirected_hdrs == {"Authorization": f"Bearer {SECRET}"}
    for request in (discovery, *others):
        assert "Authorization" not in {**request.headers, **request.unredirected_hdrs}
    assert "Authorization" not in asked.headers


def test_a_list_is_read_to_its_end(asking: Asking) -> None:
    first = {"data": [1, 2], "meta": {"pagination": {"next-page": 2}}}
    client, _ = asking(first, {"data": [3], "meta": {"pagination": {"next-page": None}}})
    assert list(client.pages("organizations", "o", "workspaces")) == [1, 2, 3]


def test_what_is_one_call_too_many_or_fails_once_is_asked_again(asking: Asking) -> None:
    client, _ = asking(429, 503, {"data": 1})
    assert client.get("runs", "run-1") == {"data": 1}


def test_what_may_have_been_done_is_not_asked_for_twice(asking: Asking) -> None:
    client, opener = asking(500, {"data": 1})
    with pytest.raises(HcpError, match="refuses it"):
        client.post("runs", data={})
    assert len(opener.requests) == 2


class TestFailures:
    """One clear message each, and never the token."""

    SAID: ClassVar[dict[Any, str]] = {
        401: "localhost:8443 does not accept the token",
        403: "localhost:8443 has no runs/run-1, or the token may not do that",
        404: "localhost:8443 has no runs/run-1, or the token may not do that",
        409: r"localhost:8443 refuses it \(409\): refused \.\.\.",
        422: r"localhost:8443 refuses it \(422\): refused \.\.\.",
        URLError(
            ConnectionRefusedError(111, "Connection refused")
        ): "cannot be reached: localhost:8443: Connection refused",
        URLError(TimeoutError("timed out")): "cannot be reached: localhost:8443: timed out",
        b"<html>": "answers with something that is no JSON",
    }

    @pytest.mark.parametrize("answer", SAID)
    def test_each_is_named(self, asking: Asking, answer: Answer) -> None:
        client, _ = asking(answer)
        with pytest.raises(HcpError, match=self.SAID[answer]) as raised:
            client.get("runs", "run-1")
        assert SECRET not in f"{raised.value}{raised.value.help}{raised.value!r}{raised.value.__context__!r}"
        assert raised.value.exit_code == Exit.WORLD

    @pytest.mark.parametrize("discovery", [{}, [], {"tfe.v2": 1}])
    def test_a_host_that_is_no_hcp_terraform(self, asking: Asking, discovery: Answer) -> None:
        client, _ = asking(discovery=discovery)
        with pytest.raises(HcpError, match="localhost:8443 is no HCP Terraform"):
            client.get("ping")


def test_without_a_token_nothing_is_asked() -> None:
    with pytest.raises(HcpError, match=r"there is no token for app\.example") as raised:
        Client.of("app.example", {"HOME": "/nowhere"})
    assert "terraform login app.example" in raised.value.help


def test_certificates_that_cannot_be_read_are_named() -> None:
    with pytest.raises(HcpError, match=r"`/nowhere.pem` \(SSL_CERT_FILE\) cannot be read"):
        Client("localhost:1", Token(SECRET), {"SSL_CERT_FILE": "/nowhere.pem"})
