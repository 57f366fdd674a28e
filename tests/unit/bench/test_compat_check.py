"""The check with the clients of other services, without the clients."""

import json
import subprocess
import sys

import pytest

from bench.compat_check.__main__ import SCRIPTS, main, table, try_client
from bench.compat_check.table import CLIENTS, Client


def test_every_client_has_a_script_and_pinned_packages():
    assert len({client.name for client in CLIENTS}) == len(CLIENTS)
    for client in CLIENTS:
        assert (SCRIPTS / client.script).is_file(), client.name
        assert all("==" in package for package in (*client.requirements, client.fetched[0]) if package), client.name


def test_clients_that_share_an_environment_need_the_same_packages():
    needed = {}
    for client in CLIENTS:
        packages = (client.requirements, client.fetched, client.source)
        assert needed.setdefault(client.environment, packages) == packages


def test_scripts_import_nothing_of_this_repository():
    for script in SCRIPTS.glob("*.py"):
        for package in ("bench", "services", "controllers", "stress", "config"):
            assert f"import {package}" not in script.read_text()
            assert f"from {package}" not in script.read_text()


def test_the_table_has_a_column_for_each_check():
    outcomes = {"one": {"text": "", "boxes": "wrong"}, "two": {"text": ""}}
    assert table(outcomes).splitlines() == [
        "| client | text | boxes |",
        "| --- | --- | --- |",
        "| one | ok | FAILED |",
        "| two | ok |  |",
    ]


def test_no_name_is_chosen(capsys):
    assert main(["no such client"]) == 1
    assert CLIENTS[0].name in capsys.readouterr().out


@pytest.fixture
def scene(tmp_path):
    """The description of a scene, which the checks of this script do not need."""
    path = tmp_path / "scene.json"
    path.write_text(json.dumps({"url": "", "full_url": "", "key": "", "files": {}, "results": {}}))
    return path


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("from checks import run\nrun({'good': lambda scene: None, 'bad': lambda scene: 1 / 0})", ["good", "bad"]),
        ("raise SystemExit('no such package')", ["script"]),
        ("", ["script"]),
    ],
)
def test_what_a_script_reports(scene, tmp_path, monkeypatch, script, outcome):
    (tmp_path / "client.py").write_text(f"import sys\nsys.path.insert(0, {str(SCRIPTS)!r})\n{script}\n")
    monkeypatch.setattr("bench.compat_check.__main__.SCRIPTS", tmp_path)
    monkeypatch.setattr("bench.compat_check.__main__.prepared", lambda *_: (sys.executable, tmp_path))
    found = try_client(Client("client", "client", (), "client.py"), tmp_path, scene)
    assert list(found) == outcome
    assert [bool(problem) for problem in found.values()] == ([False, True] if "good" in found else [True])


def test_an_environment_is_made_once(tmp_path, monkeypatch):
    from bench.compat_check import environments

    made = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: made.append(command[1:3]))
    client = Client("client", "home", ("a==1",), "client.py")
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(environments.shutil, "rmtree", lambda *_, **__: None)
    for _ in range(2):
        environments.prepared(client, tmp_path)
    assert made == [["-m", "venv"], ["-m", "pip"]]


def test_a_file_of_a_repository_is_fetched(tmp_path, monkeypatch):
    from bench.compat_check import environments

    monkeypatch.setattr(environments, "_run", lambda *command: None)
    monkeypatch.setattr(environments.shutil, "rmtree", lambda *_, **__: None)
    (tmp_path / "sources" / "a" / "b" / "commit" / "folder").mkdir(parents=True)
    (tmp_path / "sources" / "a" / "b" / "commit" / "folder" / "x.py").write_text("fetched")
    (tmp_path / "home").mkdir()
    client = Client("client", "home", (), "client.py", source=("a/b", "commit", "folder/x.py"))
    _, files = environments.prepared(client, tmp_path, (tmp_path / "sources").as_uri())
    assert (files / "x.py").read_text() == "fetched"


def test_a_client_that_cannot_be_installed_fails_alone(tmp_path, monkeypatch):
    def prepared(*_):
        raise OSError("no route to host")

    monkeypatch.setattr("bench.compat_check.__main__.prepared", prepared)
    found = try_client(Client("client", "client", (), "client.py"), tmp_path, tmp_path / "scene.json")
    assert found == {"script": "the client could not be installed: no route to host"}
