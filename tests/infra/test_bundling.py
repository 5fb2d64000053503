from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bundling, bytecode


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing has been built yet."""
    monkeypatch.setattr(bundling, "_CACHE", tmp_path / "bundles")
    return tmp_path / "bundles"


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of a folder with its rights and bytes."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mode, file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def compiled(folder: Path) -> Path:
    """A folder of one module, compiled for Lambda."""
    folder.mkdir()
    (folder / "step.py").write_text("WORDS = {'applied', 'duplicate', 'superseded'}\n")
    bytecode.compile_folder(folder, runs_at="/var/task")
    return folder


@pytest.mark.usefixtures("empty_cache")
def test_building_the_same_package_twice_gives_the_same_bytes() -> None:
    """A deploy that changes nothing uploads nothing, whoever runs it."""
    first = bundling.tieout_layer()
    once = contents(first)
    shutil.rmtree(first)
    again = bundling.tieout_layer()
    assert again == first
    assert contents(again) == once


@pytest.mark.usefixtures("empty_cache")
def test_the_package_carries_the_authorities_it_trusts_aws_by() -> None:
    """Without its list of roots no function on the slim path could open a connection to AWS."""
    roots = "tieout/aws/amazon_roots.pem"
    assert (bundling.tieout_layer() / "python" / roots).read_bytes() == (bundling._ROOT / "layers" / roots).read_bytes()


def test_the_machines_defaults_do_not_reach_the_asset(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another hash seed and another cache folder still give the same files with the same rights."""
    once = contents(bundling.function_asset("receive", {"landscape.json": "{}"}))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setattr(bundling, "_CACHE", empty_cache / "elsewhere")
    assert contents(bundling.function_asset("receive", {"landscape.json": "{}"})) == once


@pytest.mark.usefixtures("empty_cache")
def test_a_function_carries_its_step_its_extra_files_and_nothing_else() -> None:
    """One function holds one step, so a change in another step does not deploy it again."""
    folder = bundling.function_asset("record", {"landscape.json": '{"stage": "dev"}'})
    names = {str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.suffix != ".pyc"}
    assert "landscape.json" in names
    assert "functions/__init__.py" in names
    assert all(name.startswith("functions/record/") for name in names - {"landscape.json", "functions/__init__.py"})


@pytest.mark.usefixtures("empty_cache")
def test_another_landscape_is_another_asset() -> None:
    """What differs in content differs in hash; what is equal in content shares one build."""
    one, other = (bundling.function_asset("deliver", {"landscape.json": text}) for text in ("{}", "[]"))
    assert one.name != other.name
    assert bundling.function_asset("deliver", {"landscape.json": "{}"}) == one


@pytest.mark.usefixtures("empty_cache")
def test_an_unknown_step_is_refused() -> None:
    """A misspelt step fails at synth, not at the first call."""
    with pytest.raises(bundling.BundlingError, match="functions/recieve"):
        bundling.function_asset("recieve", {})


def test_a_failed_build_leaves_nothing_behind(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a layer is never taken for a whole one."""

    def break_off(folder: Path, *, runs_at: str) -> None:
        raise bytecode.BytecodeError(f"{folder} {runs_at}")

    monkeypatch.setattr(bundling, "compile_folder", break_off)
    with pytest.raises(bytecode.BytecodeError):
        bundling.tieout_layer()
    assert list(empty_cache.iterdir()) == []


def test_bytecode_is_trusted_without_its_source(tmp_path: Path) -> None:
    """Every file is marked unchecked, so the new modification times of a deploy do not void it."""
    folder = compiled(tmp_path / "asset")
    header = bytecode.bytecode_of(folder / "step.py").read_bytes()[:8]
    assert header[:4] == bytecode.RUNTIME_MAGIC == importlib.util.MAGIC_NUMBER
    assert header[4:] == b"\x01\x00\x00\x00"
    (folder / "step.py").write_text("raise AssertionError('the source was read')\n")
    subprocess.run([sys.executable, "-B", "-c", "import step"], cwd=folder, check=True)


def test_bytecode_of_another_python_is_refused(tmp_path: Path) -> None:
    """A layer built by the wrong interpreter fails at synth instead of compiling at every cold start."""
    folder = compiled(tmp_path / "asset")
    file = bytecode.bytecode_of(folder / "step.py")
    file.write_bytes((3495).to_bytes(2, "little") + file.read_bytes()[2:])
    with pytest.raises(bytecode.BytecodeError, match="magic number a70d"):
        bytecode.verify_folder(folder)


def test_this_interpreter_must_be_the_functions_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever synthesises with another Python is told so before anything is built."""
    monkeypatch.setattr(importlib.util, "MAGIC_NUMBER", b"\xa7\x0d\r\n")
    with pytest.raises(bytecode.BytecodeError, match=r"bytecode of Python 3\.13"):
        compiled(tmp_path / "asset")


def test_bytecode_checked_against_modification_times_is_refused(tmp_path: Path) -> None:
    """Ordinary bytecode is what the deploy's modification times void."""
    folder = compiled(tmp_path / "asset")
    file = bytecode.bytecode_of(folder / "step.py")
    file.write_bytes(file.read_bytes()[:4] + b"\x00\x00\x00\x00" + file.read_bytes()[8:])
    with pytest.raises(bytecode.BytecodeError, match="thrown away"):
        bytecode.verify_folder(folder)


def test_a_source_without_bytecode_is_noticed(tmp_path: Path) -> None:
    """One forgotten module costs every cold start."""
    folder = compiled(tmp_path / "asset")
    (folder / "late.py").write_text("")
    with pytest.raises(bytecode.BytecodeError, match=r"late\.py has no bytecode"):
        bytecode.verify_folder(folder)


def test_a_source_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    """A syntax error is found at synth."""
    (tmp_path / "broken.py").write_text("def\n")
    with pytest.raises(bytecode.BytecodeError, match="does not compile"):
        bytecode.compile_folder(tmp_path, runs_at="/var/task")


def test_tracebacks_name_the_place_where_the_code_runs(tmp_path: Path) -> None:
    """The build machine's folders do not appear in the functions' logs."""
    content = bytecode.bytecode_of(compiled(tmp_path / "asset") / "step.py").read_bytes()
    assert b"/var/task" in content
    assert str(tmp_path).encode() not in content


def test_the_dependencies_are_pruned_and_still_whole() -> None:
    """Only the AWS services we call are shipped, and every library loads without anything of this machine."""
    packages = bundling.dependencies_layer(bundling.this_platform()) / "python"
    described = {folder.name for folder in (packages / "botocore" / "data").iterdir() if folder.is_dir()}
    assert described == bundling.KEPT_AWS_SERVICES
    assert not list(packages.glob("*/tests"))
    assert not [name for name in ("boto3", "pydantic") if (packages / name).exists()]
    load = (
        f"import sys; sys.path.insert(0, {str(packages)!r})\n"
        "import aws_lambda_powertools.utilities.batch, httpx\n"
        "from botocore.session import Session\n"
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        f"for service in {sorted(described)}: Session().create_client(service, region_name='eu-central-1')\n"
    )
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-S", "-c", load], check=True, env={"AWS_EC2_METADATA_DISABLED": "true"}
    )


def test_lambda_gets_the_wheels_of_its_own_processor() -> None:
    """What is deployed to AWS was built for arm64, whatever this machine is."""
    libraries = list((bundling.dependencies_layer(bundling.AWS_PLATFORM) / "python").rglob("*.so"))
    assert libraries
    for library in libraries:
        assert int.from_bytes(library.read_bytes()[18:20], "little") == 183, f"{library} is not for aarch64"
