"""Asks the API of HCP Terraform or Terraform Enterprise. https://developer.hashicorp.com/terraform/cloud-docs/api-docs"""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from baseline.errors import WorldError
from deployment.cause import Cause
from deployment.hcp import refusals
from deployment.hcp.tokens import Token, find_token

_SECONDS = 30
_TRIES = 4
_PAUSE = 1.0
"""Seconds before a call is tried again that was one too many, or that the server could not answer; then twice as long."""
_MEDIA = "application/vnd.api+json"


class HcpError(WorldError):
    """HCP Terraform cannot be reached, or does not do what it was asked."""

    def __init__(self, message: str, help: str = "", status: int = 0) -> None:
        super().__init__(message, help)
        self.status = status
        """Of HTTP; 0: there was no answer."""

    @classmethod
    def of(cls, cause: Cause, status: int = 0) -> "HcpError":
        """One that is said in other ways too."""
        return cls(cause.problem, cause.help, status)


class Unreachable(HcpError):
    """There was no answer; there may be one a moment later."""


class Client:
    """The API at one host, with one token. The token is sent to that host's API and nowhere else."""

    def __init__(self, hostname: str, token: Token, environment: Mapping[str, str]) -> None:
        self.hostname = hostname
        self._token = token
        self._opener = _opener(hostname, environment)
        self._base = ""

    @classmethod
    def of(cls, hostname: str, environment: Mapping[str, str]) -> "Client":
        """The client that this environment has a token for. Raises HcpError."""
        token = find_token(hostname, environment)
        if token is None:
            raise HcpError.of(refusals.no_token(hostname))
        return cls(hostname, token, environment)

    def get(self, *path: str, **query: str) -> Any:
        """The document at a path below the API's, each part of it quoted. Raises HcpError."""
        return self._asked("GET", path, query=query)

    def pages(self, *path: str, **query: str) -> Iterator[Any]:
        """Every item of a list."""
        number: int | None = 1
        while number:
            answer = self.get(*path, **query, **{"page[number]": str(number), "page[size]": "100"})
            yield from answer["data"]
            number = answer.get("meta", {}).get("pagination", {}).get("next-page")

    def post(self, *path: str, data: Any = None) -> Any:
        """What the API answers to a new document, or to an action."""
        return self._asked("POST", path, data)

    def patch(self, *path: str, data: Any) -> Any:
        """What the API answers to a changed document."""
        return self._asked("PATCH", path, data)

    def upload(self, url: str, content: bytes) -> None:
        """Put a file to an address that is a secret by itself: it is not said, and gets no token."""
        request = Request(url, content, {"Content-Type": "application/octet-stream"}, method="PUT")
        self._opened(request, "takes no upload")

    def download(self, url: str) -> bytes:
        """The content of such an address, some of which are at the API's own host and ask for the token too."""
        request = Request(url)
        if urlsplit(url).netloc == self.hostname:
            request.add_unredirected_header("Authorization", self._token.authorization)
        return self._opened(request, "has not what is to be read")

    def _asked(
        self, method: str, path: tuple[str, ...], data: Any = None, query: Mapping[str, str] | None = None
    ) -> Any:
        self._base = self._base or self._discovered()
        place = "/".join(quote(part, safe="") for part in path)
        url = f"{self._base}{place}{f'?{urlencode(query)}' if query else ''}"
        body = None if data is None else json.dumps({"data": data}).encode()
        request = Request(url, body, {"Content-Type": _MEDIA, "Accept": "application/json"}, method=method)
        # Not sent on to where the server redirects: https://docs.python.org/3/library/urllib.request.html
        request.add_unredirected_header("Authorization", self._token.authorization)
        return self._parsed(self._opened(request, f"has no {'/'.join(path)}"))

    def _discovered(self) -> str:
        """Where the API is. https://developer.hashicorp.com/terraform/internals/remote-service-discovery"""
        place = f"https://{self.hostname}/.well-known/terraform.json"
        found = self._parsed(self._opened(Request(place), "is no HCP Terraform"))
        if not isinstance(found, dict) or not isinstance(found.get("tfe.v2"), str):
            raise HcpError(f"{self.hostname} is no HCP Terraform", "look at `deployment.backend.hostname`")
        return urljoin(place, str(found["tfe.v2"]).rstrip("/") + "/")

    def _parsed(self, answer: bytes) -> Any:
        try:
            return json.loads(answer) if answer.strip() else None
        except ValueError:
            raise HcpError(f"{self.hostname} answers with something that is no JSON") from None

    def _opened(self, request: Request, missing: str) -> bytes:
        for number in range(1, _TRIES + 1):
            try:
                with self._opener.open(request, timeout=_SECONDS) as answer:
                    return bytes(answer.read())
            except HTTPError as error:
                again = error.code == 429 or (error.code >= 500 and request.get_method() == "GET")
                if not again or number == _TRIES:
                    raise self._refused(error, missing) from None
            except (OSError, HTTPException) as error:
                raise self._unreachable(error) from None
            time.sleep(_PAUSE * 2 ** (number - 1))
        raise AssertionError("the last try returns or raises")

    def _refused(self, error: HTTPError, missing: str) -> HcpError:
        host, said = self.hostname, self._token.kept_out_of(_detail(error))
        if error.code == 401:
            return HcpError.of(refusals.refused_token(host), 401)
        if error.code in (403, 404):
            help = "look at the names in `deployment.backend`, or use a token that may"
            return HcpError(f"{host} {missing}, or the token may not do that", help, error.code)
        return HcpError(f"{host} refuses it ({error.code}): {said}", status=error.code)

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Unreachable(
                f"HCP Terraform cannot be reached: the certificate of {self.hostname} is not trusted",
                refusals.TRUST,
            )
        why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return Unreachable(
            f"HCP Terraform cannot be reached: {self.hostname}: {self._token.kept_out_of(why)}",
            refusals.LOOK_AT_HOST,
        )


def _opener(hostname: str, environment: Mapping[str, str]) -> OpenerDirector:
    """Trusts whom Terraform trusts, and goes to this machine without a proxy, as Terraform does."""
    trusted, folder = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    try:
        context = ssl.create_default_context(cafile=trusted or None, capath=folder or None)
    except OSError as error:  # also where the file holds no certificate
        raise HcpError(
            f"the certificates of `{trusted or folder}` (SSL_CERT_FILE) cannot be read: {error.strerror}"
        ) from None
    proxies = [ProxyHandler({})] if _is_here(hostname.rpartition(":")[0] or hostname) else []
    return build_opener(HTTPSHandler(context=context), *proxies)


def _is_here(name: str) -> bool:
    try:
        return name.lower() == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _detail(error: HTTPError) -> str:
    """What the server says of it."""
    try:
        errors = json.loads(error.read())["errors"]
        told = [one.get("detail") or one.get("title") if isinstance(one, dict) else one for one in errors]
        return "; ".join(str(text) for text in told if text) or str(error.reason)
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return str(error.reason)
