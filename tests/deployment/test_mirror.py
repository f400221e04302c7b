import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from baseline.errors import UsageError
from deployment.binaries import Terraform
from deployment.environment import for_terraform
from deployment.mirror import VARIABLE, Mirror, cli_configuration, find_mirror, provider_environment

CONSTRAINT = ">= 5.79, < 6"
PROVIDER = Path("registry.terraform.io/hashicorp/aws")
TERRAFORM = Terraform(Path("/bin/false"), "1.11.4", "linux_amd64")


def _unpacked(folder: Path, version: str = "5.90.0", platform: str = "linux_amd64") -> Path:
    place = folder / PROVIDER / version / platform
    place.mkdir(parents=True)
    program = place / f"terraform-provider-aws_v{version}_x5"
    program.write_text("not run by init")
    program.chmod(0o755)
    return folder


def _packed(folder: Path, version: str = "5.90.0", platform: str = "linux_amd64") -> Path:
    (folder / PROVIDER).mkdir(parents=True)
    (folder / PROVIDER / f"terraform-provider-aws_{version}_{platform}.zip").write_bytes(b"")
    return folder


def _find(environment: Mapping[str, str], *, system: Path | None = None) -> Mirror | None:
    return find_mirror(TERRAFORM, CONSTRAINT, environment, [system] if system else [])


def test_nothing_is_found_where_there_is_nothing(environment: dict[str, str]) -> None:
    assert _find(environment) is None


@pytest.mark.parametrize("fill", [_unpacked, _packed])
def test_the_folder_of_the_variable_counts_packed_or_not(
    environment: dict[str, str], tmp_path: Path, fill: Callable[[Path], Path]
) -> None:
    folder = fill(tmp_path / "mirror")
    assert _find(environment | {VARIABLE: str(folder)}) == Mirror(folder, "5.90.0", VARIABLE, configured=False)


@pytest.mark.parametrize(
    ("version", "platform"), [("5.78.0", "linux_amd64"), ("6.0.0", "linux_amd64"), ("5.90.0", "darwin_arm64")]
)
def test_a_named_folder_without_the_right_provider_is_a_mistake(
    environment: dict[str, str], tmp_path: Path, version: str, platform: str
) -> None:
    folder = _unpacked(tmp_path / "mirror", version, platform)
    with pytest.raises(UsageError, match=r"does not hold the AWS provider >= 5\.79, < 6 for linux_amd64"):
        _find(environment | {VARIABLE: str(folder)})


def test_the_newest_version_that_meets_the_constraint_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    for version in ("5.80.0", "5.100.0", "6.1.0"):
        _unpacked(tmp_path / "mirror", version)
    found = _find(environment | {VARIABLE: str(tmp_path / "mirror")})
    assert found is not None
    assert found.version == "5.100.0"


@pytest.mark.parametrize("name", [".terraformrc", ".terraform.d/own.tfrc"])
def test_a_users_own_provider_installation_is_left_alone(
    environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    configuration = Path(environment["HOME"]) / name
    configuration.parent.mkdir(exist_ok=True)
    configuration.write_text("provider_installation {\n  direct {}\n}\n")
    found = _find(environment | {"TF_PLUGIN_CACHE_DIR": str(_unpacked(tmp_path / "cache"))})
    assert found is not None
    assert found.describe() == f"AWS provider: as the provider_installation block of {configuration} says"
    assert provider_environment(found, tmp_path, environment) == environment


def test_a_configuration_that_is_named_hides_that_of_the_home_folder(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (Path(environment["HOME"]) / ".terraformrc").write_text("provider_installation {\n}\n")
    named = tmp_path / "named.tfrc"
    named.write_text("# provider_installation {\n")
    assert _find(environment | {"TF_CLI_CONFIG_FILE": str(named)}) is None


def test_a_configuration_file_that_does_not_exist_counts_as_not_named(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (Path(environment["HOME"]) / ".terraformrc").write_text("provider_installation {\n}\n")
    dead = environment | {"TF_CLI_CONFIG_FILE": str(tmp_path / "missing")}
    found = _find(dead)
    assert found is not None
    assert found.folder is None
    assert provider_environment(found, tmp_path, dead) == environment
    assert "TF_CLI_CONFIG_FILE" not in for_terraform(dead)


@pytest.mark.parametrize(
    ("variable", "below"),
    [("HOME", ".terraform.d/plugins"), ("XDG_DATA_HOME", "terraform/plugins"), ("XDG_DATA_DIRS", "terraform/plugins")],
)
def test_a_folder_that_terraform_looks_into_by_itself_needs_no_configuration(
    environment: dict[str, str], tmp_path: Path, variable: str, below: str
) -> None:
    folder = _unpacked(tmp_path / "own" / below)
    own = environment | {variable: str(tmp_path / "own")}
    found = _find(own | {"TF_PLUGIN_CACHE_DIR": str(_unpacked(tmp_path / "cache"))})
    assert found == Mirror(folder, "5.90.0", "one of Terraform's own folders", configured=True)
    assert provider_environment(found, tmp_path, own) == own


def test_the_plugin_cache_of_the_variable_comes_before_that_of_the_file(
    environment: dict[str, str], tmp_path: Path
) -> None:
    cache = _unpacked(Path(environment["HOME"]) / "cache")
    (Path(environment["HOME"]) / ".terraformrc").write_text('plugin_cache_dir = "$HOME/cache"\n')
    from_file = _find(environment)
    assert from_file is not None
    assert (from_file.folder, from_file.configured) == (cache, False)
    other = _unpacked(tmp_path / "other")
    assert _find(environment | {"TF_PLUGIN_CACHE_DIR": str(other)}) == Mirror(
        other, "5.90.0", "TF_PLUGIN_CACHE_DIR", configured=False
    )


def test_system_folders_are_searched_one_level_deep_and_only_when_asked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    _unpacked(tmp_path / "system" / "deep" / "er")
    assert _find(environment, system=tmp_path / "system") is None
    folder = _unpacked(tmp_path / "system" / "plugins")
    assert _find(environment, system=tmp_path / "system") == Mirror(
        folder, "5.90.0", "a system folder", configured=False
    )
    assert _find(environment) is None


def test_a_system_folder_that_is_missing_is_passed_over(environment: dict[str, str], tmp_path: Path) -> None:
    assert _find(environment, system=tmp_path / "missing") is None


def test_the_written_configuration_keeps_the_users_credentials_and_drops_the_cache(
    environment: dict[str, str], tmp_path: Path
) -> None:
    user = 'credentials "app.example.com" {\n  token = "t"\n}\n'
    (Path(environment["HOME"]) / ".terraformrc").write_text(f'plugin_cache_dir = "/somewhere"\n{user}')
    mirror = Mirror(tmp_path / 'a "b"', "5.90.0", "", configured=False)
    path = cli_configuration(mirror, tmp_path, environment)
    text = path.read_text()
    assert user in text
    assert "plugin_cache_dir" not in text
    assert f"path = {json.dumps(str(mirror.folder))}" in text
    assert path.stat().st_mode & 0o077 == 0


def test_the_written_configuration_keeps_a_login(environment: dict[str, str], tmp_path: Path) -> None:
    """`terraform login` writes JSON, which Terraform reads only where no configuration file is named."""
    folder = Path(environment["HOME"]) / ".terraform.d"
    folder.mkdir()
    login = {"credentials": {"localhost:8443": {"token": 't"1'}, "app.terraform.io": {"token": "t2"}}}
    (folder / "credentials.tfrc.json").write_text(json.dumps(login))
    others = {"disable_checkpoint": True, "host": {"a.example": {"services": {"tfe.v2": "https://b.example/"}}}}
    (folder / "others.tfrc.json").write_text(json.dumps(others))
    path = cli_configuration(Mirror(tmp_path, "5.90.0", "", configured=False), tmp_path, environment)
    assert path.read_text().startswith(
        'credentials "localhost:8443" {\n  token = "t\\"1"\n}\ncredentials "app.terraform.io" {\n  token = "t2"\n}\n'
        'disable_checkpoint = true\nhost "a.example" {\n  services {\n    "tfe.v2" = "https://b.example/"\n  }\n}\n'
    )
    (folder / "provider.tfrc.json").write_text('{"provider_installation": [{"direct": {"exclude": ["a/b"]}}]}')
    found = _find(environment)
    assert found is not None
    assert found.folder is None


def test_a_mirror_that_is_named_takes_the_place_of_the_users_own_installation(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Terraform refuses a second block. What stands around the first one is kept."""
    own = 'provider_installation {\n  # a brace: }\n  network_mirror {\n    url = "https://example.com/}"\n  }\n  direct {}\n}\n'
    before, behind = 'credentials "app.example.com" {\n  token = "t"\n}\n', "disable_checkpoint = true\n"
    (Path(environment["HOME"]) / ".terraformrc").write_text(before + own + behind)
    given = environment | {VARIABLE: str(tmp_path / "mirror")}
    folder = _unpacked(tmp_path / "mirror")
    found = _find(given)
    assert found is not None
    text = Path(provider_environment(found, tmp_path, given)["TF_CLI_CONFIG_FILE"]).read_text()
    assert text.count("provider_installation") == 1
    assert "example.com/" not in text
    assert text.startswith(before)
    assert behind in text
    assert f"path = {json.dumps(str(tmp_path / 'mirror'))}" in text
    assert folder.is_dir()


@pytest.mark.parametrize("where", ["system", "cache"])
def test_terraform_installs_from_a_mirror_that_was_found(
    environment: dict[str, str], tmp_path: Path, terraform: Terraform, where: str
) -> None:
    """A plugin cache that stayed in the environment would be installed "to itself", which Terraform refuses."""
    folder = _unpacked(tmp_path / "system" / "plugins", platform=terraform.platform)
    given = environment | ({"TF_PLUGIN_CACHE_DIR": str(folder)} if where == "cache" else {})
    mirror = find_mirror(terraform, CONSTRAINT, given, [tmp_path / "system"] if where == "system" else [])
    work = tmp_path / "work"
    work.mkdir()
    required = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": CONSTRAINT}}}
    (work / "cdk.tf.json").write_text(json.dumps({"terraform": required}))
    ended = subprocess.run(
        [str(terraform.path), "init", "-input=false", "-no-color"],
        cwd=work,
        env=for_terraform(provider_environment(mirror, tmp_path, given)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Installed hashicorp/aws v5.90.0" in ended.stdout, ended.stderr
    assert (work / ".terraform/providers" / PROVIDER / "5.90.0" / terraform.platform).resolve().is_relative_to(folder)
