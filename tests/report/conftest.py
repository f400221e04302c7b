"""The reports that the tests look at, made once."""

from pathlib import Path

import pytest

from baseline.report.value import Report
from tests.conftest import SHIPPED
from tests.report.made import FAILING, made


@pytest.fixture(scope="session")
def failing_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("failing") / "organization.yaml"
    path.write_text(FAILING)
    return path


@pytest.fixture(scope="session")
def failing(failing_file: Path) -> Report:
    return made(failing_file)


@pytest.fixture(scope="session")
def of_the_sample() -> Report:
    return made(SHIPPED)
