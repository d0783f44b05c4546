"""scripts/fetch_models.py keeps only what it pinned, and says why it has nothing."""

import pathlib
import zipfile

import fetch_models
import model_inputs
import pytest

MEMBER = fetch_models.MODELS["magika"].member
COMPANION = fetch_models.MODELS["magika"].companions[0]


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """Stands in for the network: pip "downloads" a wheel made here."""
    made = tmp_path / "magika.whl"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(MEMBER, b"model")
        archive.writestr(COMPANION, b"{}")
        archive.writestr("magika/unwanted.py", b"")

    def download(requirement, folder):
        (pathlib.Path(folder) / made.name).write_bytes(made.read_bytes())

    monkeypatch.setattr(fetch_models, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch_models, "pip_download", download)
    fetch_models.fetch.cache_clear()
    yield made
    fetch_models.fetch.cache_clear()


def pin(monkeypatch, digest):
    monkeypatch.setitem(fetch_models.WHEELS, "magika==1.0.3", digest)


def test_keeps_only_the_files_it_names(wheel, monkeypatch):
    pin(monkeypatch, fetch_models.sha256(wheel))
    assert fetch_models.path("magika").read_bytes() == b"model"
    assert fetch_models.path("magika", "config.min.json").read_bytes() == b"{}"
    kept = [
        file.name for file in fetch_models.CACHE.rglob("*") if file.is_file()
    ]
    assert sorted(kept) == ["config.min.json", "model.onnx"]


def test_refuses_a_wheel_with_another_digest(wheel, monkeypatch):
    pin(monkeypatch, "0" * 64)
    with pytest.raises(
        fetch_models.Unavailable, match="sha256 is .*, expected 0{64}"
    ):
        fetch_models.path("magika")
    assert not fetch_models.CACHE.exists()


def test_says_what_cannot_be_downloaded(wheel, monkeypatch):
    def fail(requirement, folder):
        raise fetch_models.Unavailable(
            f"cannot download {requirement}: no network"
        )

    monkeypatch.setattr(fetch_models, "pip_download", fail)
    with pytest.raises(
        fetch_models.Unavailable, match="model magika: cannot download"
    ):
        fetch_models.path("magika")


@pytest.mark.parametrize("name", fetch_models.MODELS)
def test_inputs_are_the_same_every_time(name):
    first, second = model_inputs.inputs(name), model_inputs.inputs(name)
    for one, two in zip(first, second, strict=True):
        assert list(one) == list(two)
        assert all((one[key] == two[key]).all() for key in one)
