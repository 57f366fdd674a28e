"""deploy-vps.sh on an installed fake machine: update and rollback, backup and restore, uninstall."""

import stat
import tarfile

import pytest

from config import VERSION
from tests.support.vps_machine import PROGRAMS, Machine

# Updating


def test_update_installs_and_checks_the_new_version(machine):
    machine.install()
    done = machine.run("--update")
    assert done.returncode == 0, done.stderr
    calls = machine.calls()
    steps = ["git pull --ff-only", "compose build", "compose up", "/health/ready", "/ocr/predict"]
    at = [next(number for number, call in enumerate(calls) if step in call) for step in steps]
    assert at == sorted(at)
    assert not machine.calls("git reset")


def break_at(machine, words):
    """The next docker call with these words breaks the service; the previous image repairs it."""
    docker = PROGRAMS["docker"]
    machine.fake(
        "docker",
        f"{docker}\n[[ $* != *'{words}'* ]] || touch $FAKES/broken\n"
        "[[ $* != 'tag paddleocr-service:previous'* ]] || rm $FAKES/broken",
    )


def test_broken_update_rolls_back(machine):
    machine.install()
    before = machine.settings
    break_at(machine, "compose build")
    done = machine.run("--update")
    assert done.returncode == 1
    assert "The previous version is running again" in done.stderr
    image = f"paddleocr-service:{VERSION}"
    calls = machine.calls()
    steps = [f"docker tag {image} paddleocr-service:previous", "compose build", "git reset --keep --quiet 0123abc"]
    steps += [f"docker tag paddleocr-service:previous {image}"]
    at = [next(number for number, call in enumerate(calls) if step in call) for step in steps]
    assert at == sorted(at)
    assert "compose up" in " ".join(calls[at[-1] :]) and "/ocr/predict" in " ".join(calls[at[-1] :])
    assert machine.settings == before


def test_update_that_fails_to_build_rolls_back(machine):
    machine.install()
    machine.fake("docker", PROGRAMS["docker"] + "\n[[ $* != 'compose build'* ]] || exit 1")
    done = machine.run("--update")
    assert done.returncode == 1
    assert "The previous version is running again" in done.stderr
    assert len(machine.calls("compose up")) == 1, "the failed build was not started"


def test_update_to_an_image_needs_no_git_and_rolls_back_to_the_previous_image(machine):
    machine.install()
    break_at(machine, "pull ocr:2")
    done = machine.run("--update", "--image", "ocr:2")
    assert done.returncode == 1
    assert not machine.calls("git")
    assert machine.settings["IMAGE"] == f"paddleocr-service:{VERSION}"


def test_failed_git_pull_changes_nothing(machine):
    machine.install()
    machine.fake("git", "[[ $1 != pull ]]")
    done = machine.run("--update")
    assert (done.returncode, machine.calls("compose build"), machine.calls("compose up")) == (1, [], [])


def test_update_and_backup_require_an_installation(machine):
    (machine.fakes / "docker_is_here").touch()
    for options in (["--update"], ["--backup", "there.tar.gz"]):
        done = machine.run(*options)
        assert (done.returncode, "not" in done.stderr or "Nothing" in done.stderr) == (1, True)


# Backup, restore, uninstall


def test_backup_contains_all_data_copied_while_the_service_is_paused(machine):
    machine.install()
    done = machine.run("--backup", "there.tar.gz")
    assert done.returncode == 0, done.stderr
    path = machine.folder.parent / "there.tar.gz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as archive:
        content = {name: archive.extractfile(name).read().decode() for name in archive.getnames()}
    assert content["redis.tar"] == "the data of redis\n" and content["data.tar"] == "the data of web\n"
    assert machine.settings["SECRET_KEY"] in content["settings.env"]
    steps = ["compose pause web worker", "compose stop redis", "compose run", "compose start redis", "compose unpause"]
    calls = machine.calls()
    at = [next(number for number, call in enumerate(calls) if step in call) for step in steps]
    assert at == sorted(at)


def test_failed_backup_resumes_the_service_and_leaves_no_file(machine):
    machine.install()
    machine.fake("docker", PROGRAMS["docker"] + "\n[[ $* != 'compose run'* ]] || exit 1")
    done = machine.run("--backup", "there.tar.gz")
    assert done.returncode != 0
    assert machine.calls("compose start redis") and machine.calls("compose unpause web worker")
    assert sorted(path.name for path in machine.folder.parent.iterdir()) == ["fakes", "ocr"]


def test_backup_never_overwrites_a_file(machine):
    machine.install()
    (machine.folder.parent / "there.tar.gz").write_text("older")
    assert machine.run("--backup", "there.tar.gz").returncode == 1
    assert (machine.folder.parent / "there.tar.gz").read_text() == "older"


def test_backup_can_be_restored_on_another_machine(machine, tmp_path):
    machine.install().run("--backup", "there.tar.gz")
    other = Machine(tmp_path / "other").install()
    done = other.run("--restore", str(machine.folder.parent / "there.tar.gz"), typed="yes\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert other.settings["SECRET_KEY"] == machine.settings["SECRET_KEY"]
    assert (other.fakes / "restored_redis").read_text() == "the data of redis\n"
    assert (other.fakes / "restored_web").read_text() == "the data of web\n"
    calls = other.calls()
    assert calls.index(other.calls("compose stop")[0]) < calls.index(other.calls("compose run")[0])
    assert other.calls("curl", "/ocr/predict")


@pytest.mark.parametrize("answer", ["no\n", "\n", ""])
def test_restore_asks_first(machine, answer):
    machine.install().run("--backup", "there.tar.gz")
    before = machine.files()
    assert machine.run("--restore", "there.tar.gz", typed=answer).returncode == 1
    assert (machine.files(), machine.calls("compose")) == (before, [])


def test_restore_rejects_a_backup_of_the_other_mode(machine):
    machine.install().run("--backup", "there.tar.gz")
    done = machine.run("--systemd", "--restore", "there.tar.gz", "--yes", "--dry-run")
    assert done.returncode == 1
    assert "made with docker, this is systemd" in done.stderr


def test_restore_rejects_a_file_that_is_not_a_backup(machine):
    machine.install()
    (machine.folder.parent / "there.tar.gz").write_text("no archive")
    assert "not a backup" in machine.run("--restore", "there.tar.gz", "--yes").stderr
    assert not machine.calls("compose stop")


@pytest.mark.parametrize("answer", ["no\n", "y\n", ""])
def test_uninstall_asks_first(machine, answer):
    machine.install()
    assert machine.run("--uninstall", typed=answer).returncode == 1
    assert not machine.calls("compose", "down")


@pytest.mark.parametrize(("options", "typed"), [([], "yes\nno\n"), (["--yes"], "")])
def test_uninstall_keeps_data_without_a_second_confirmation(machine, options, typed):
    machine.install()
    assert machine.run("--uninstall", *options, typed=typed).returncode == 0
    assert machine.calls("compose", "down") and not machine.calls("--volumes")
    assert machine.settings["SECRET_KEY"]


def test_uninstall_deletes_data_after_a_second_confirmation(machine):
    machine.install()
    assert machine.run("--uninstall", typed="yes\nyes\n").returncode == 0
    assert machine.calls("compose", "down --volumes")
    assert not (machine.folder / ".env").exists()
