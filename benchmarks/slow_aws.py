"""A stand-in for AWS that answers what `verify` asks, from values made beforehand, each after the same time.

    python -m benchmarks.slow_aws CONFIGURATION MILLISECONDS

It prints its URL, and tells at /calls how many calls it has answered since it was asked that. Nothing is checked here:
whatever is asked of STS, KMS and Systems Manager is as the configuration says. The embedded AWS stops at some 300 to 390
calls a second, so a measurement against it would be one of the embedded AWS.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.inventory import Key, Provider
from baseline.lock import Lock

_JSON = "application/x-amz-json-1.1"
_CREDENTIAL = re.compile(rb"Credential=ASIA(\d{12})/\d+/([a-z0-9-]+)/")
_TARGET = re.compile(rb"x-amz-target: (?:TrentService|AmazonSSM)\.(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_ROLE = re.compile(rb"RoleArn=arn%3Aaws%3Aiam%3A%3A(\d{12})%3A")


def assumed(account_id: str) -> bytes:
    """The answer of AssumeRole: credentials whose ID says the account."""
    return (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
        f"<AccessKeyId>ASIA{account_id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
        "<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
        "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ).encode()


def answers(configuration: Path) -> dict[tuple[str, ...], bytes]:
    """By account, region, operation and key: everything that can be asked."""
    organization = load(configuration.read_text(encoding="utf-8"), str(configuration)).organization
    found: dict[tuple[str, ...], bytes] = {}
    for stack in expand(organization, Lock()).stacks:
        for provider in stack.providers:
            keys = [key for key in stack.keys if key.provider == provider.alias]
            for operation, answer in _of_place(keys):
                found[provider.account_id, provider.region, operation] = json.dumps(answer).encode()
            for number, key in enumerate(keys):
                for operation, answer in _of_key(key, _id(number), provider):
                    found[provider.account_id, provider.region, operation, _id(number)] = json.dumps(answer).encode()
    return found


def _id(number: int) -> str:
    return f"{number:08d}-0000-0000-0000-000000000000"


def _arn(key: Key, number: int) -> str:
    return f"arn:aws:kms:{key.region}:{key.account_id}:key/{_id(number)}"


def _of_place(keys: list[Key]) -> Iterator[tuple[str, Any]]:
    aliases = [{"AliasName": key.alias, "TargetKeyId": _id(number)} for number, key in enumerate(keys)]
    yield "ListAliases", {"Aliases": aliases, "Truncated": False}
    yield "ListKeys", {"Keys": [{"KeyId": _id(number)} for number, _ in enumerate(keys)], "Truncated": False}
    values = [{"Name": key.parameter, "Value": _arn(key, number)} for number, key in enumerate(keys)]
    yield "GetParameters", {"Parameters": values, "InvalidParameters": []}


def _of_key(key: Key, key_id: str, provider: Provider) -> Iterator[tuple[str, Any]]:
    metadata = {
        "KeyId": key_id,
        "Arn": f"arn:aws:kms:{key.region}:{key.account_id}:key/{key_id}",
        "CreationDate": 1767225600,
        "KeyState": "Enabled",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "Origin": "AWS_KMS",
        "MultiRegion": False,
    }
    tags = {**provider.tags, **key.tags}
    yield "DescribeKey", {"KeyMetadata": metadata}
    yield "GetKeyPolicy", {"Policy": key.policy.render(), "PolicyName": "default"}
    yield "ListKeyPolicies", {"PolicyNames": ["default"], "Truncated": False}
    days = key.settings.rotation_period_days
    yield "GetKeyRotationStatus", {"KeyRotationEnabled": key.settings.rotation, "RotationPeriodInDays": days}
    yield "ListResourceTags", {"Tags": [{"TagKey": n, "TagValue": v} for n, v in tags.items()], "Truncated": False}
    yield "ListGrants", {"Grants": [], "Truncated": False}


class Calls:
    """How many calls there were since somebody asked."""

    def __init__(self) -> None:
        self.number = 0

    def told(self) -> bytes:
        number, self.number = self.number, 0
        return str(number).encode()


class Connection(asyncio.Protocol):
    """One connection, over which one request comes after the other."""

    def __init__(self, answers: dict[tuple[str, ...], bytes], seconds: float, calls: Calls) -> None:
        self._answers, self._seconds, self._calls, self._received = answers, seconds, calls, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not ended or len(body) < int(length[1] if length else 0):
            return
        self._received = b""
        if head.startswith(b"GET /calls"):
            self._write("text/plain", self._calls.told())
        else:
            self._calls.number += 1
            asyncio.get_running_loop().call_later(self._seconds, lambda: self._write(*self._answer(head, body)))

    def _write(self, kind: str, answer: bytes) -> None:
        start = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n\r\n"
        self._transport.write(start.encode() + answer)

    def _answer(self, head: bytes, body: bytes) -> tuple[str, bytes]:
        if role := _ROLE.search(body):
            return "text/xml", assumed(role[1].decode())
        place, operation = _CREDENTIAL.search(head), _TARGET.search(head)
        assert place
        assert operation
        key = [json.loads(body)["KeyId"]] if b'"KeyId"' in body else []
        return _JSON, self._answers[place[1].decode(), place[2].decode(), operation[1].decode(), *key]


async def serve(configuration: Path, seconds: float) -> None:
    known, calls = answers(configuration), Calls()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(known, seconds, calls), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]) / 1000))
