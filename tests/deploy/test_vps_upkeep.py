"""deploy-vps.sh over a service that is there: update and way back, backup and restore, uninstall; with stand-ins."""

import stat
import tarfile

import pytest

from config import VERSION
from tests.support.vps_machine import ANSWERS, Machine

# Updating


def test_an_update_takes_the_new_version_and_tries_it(machine):
    machine.installed()
    done = machine.run("--update")
    assert done.returncode == 0, done.stderr
    calls = machine.calls()
    steps = ["git pull --ff-only", "compose build", "compose up", "/health/ready", "/ocr/predict"]
    at = [next(number for number, call in enumerate(calls) if step in call) for step in steps]
    assert at == sorted(at)
    assert not machine.calls("git reset")


def breaks_at(machine, words):
    """From the next call with these words on the service does not work; the image from before mends it."""
    docker = ANSWERS["docker"]
    machine.answer(
        "docker",
        f"{docker}\n[[ $* != *'{words}'* ]] || touch $STANDIN/broken\n"
        "[[ $* != 'tag paddleocr-service:previous'* ]] || rm $STANDIN/broken",
    )


def test_an_update_that_does_not_work_goes_back_by_itself(machine):
    machine.installed()
    before = machine.settings
    breaks_at(machine, "compose build")
    done = machine.run("--update")
    assert done.returncode == 1
    assert "The version before runs again" in done.stderr
    image = f"paddleocr-service:{VERSION}"
    calls = machine.calls()
    steps = [f"docker tag {image} paddleocr-service:previous", "compose build", "git reset --keep --quiet 0123abc"]
    steps += [f"docker tag paddleocr-service:previous {image}"]
    at = [next(number for number, call in enumerate(calls) if step in call) for step in steps]
    assert at == sorted(at)
    assert "compose up" in " ".join(calls[at[-1] :]) and "/ocr/predict" in " ".join(calls[at[-1] :])
    assert machine.settings == before


def test_an_update_that_cannot_be_built_goes_back_too(machine):
    machine.installed()
    machine.answer("docker", ANSWERS["docker"] + "\n[[ $* != 'compose build'* ]] || exit 1")
    done = machine.run("--update")
    assert done.returncode == 1
    assert "The version before runs again" in done.stderr
    assert len(machine.calls("compose up")) == 1, "what was not built is not started"


def test_an_update_to_an_image_needs_no_git_and_goes_back_to_the_image_before(machine):
    machine.installed()
    breaks_at(machine, "pull ocr:2")
    done = machine.run("--update", "--image", "ocr:2")
    assert done.returncode == 1
    assert not machine.calls("git")
    assert machine.settings["IMAGE"] == f"paddleocr-service:{VERSION}"


def test_a_new_version_that_cannot_be_fetched_changes_nothing(machine):
    machine.installed()
    machine.answer("git", "[[ $1 != pull ]]")
    done = machine.run("--update")
    assert (done.returncode, machine.calls("compose build"), machine.calls("compose up")) == (1, [], [])


def test_what_is_not_installed_cannot_be_updated_or_backed_up(machine):
    (machine.standin / "docker_is_here").touch()
    for options in (["--update"], ["--backup", "there.tar.gz"]):
        done = machine.run(*options)
        assert (done.returncode, "not" in done.stderr or "Nothing" in done.stderr) == (1, True)


# Backup, restore, uninstall


def test_a_backup_holds_redis_uploads_and_settings_taken_while_nothing_changes(machine):
    machine.installed()
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


def test_a_backup_that_fails_lets_the_service_go_on_and_leaves_no_file(machine):
    machine.installed()
    machine.answer("docker", ANSWERS["docker"] + "\n[[ $* != 'compose run'* ]] || exit 1")
    done = machine.run("--backup", "there.tar.gz")
    assert done.returncode != 0
    assert machine.calls("compose start redis") and machine.calls("compose unpause web worker")
    assert [path.name for path in machine.folder.parent.iterdir()] == ["ocr", "standin"]


def test_a_backup_never_overwrites_a_file(machine):
    machine.installed()
    (machine.folder.parent / "there.tar.gz").write_text("older")
    assert machine.run("--backup", "there.tar.gz").returncode == 1
    assert (machine.folder.parent / "there.tar.gz").read_text() == "older"


def test_what_was_backed_up_is_restored_on_another_machine(machine, tmp_path):
    machine.installed().run("--backup", "there.tar.gz")
    other = Machine(tmp_path / "other").installed()
    done = other.run("--restore", str(machine.folder.parent / "there.tar.gz"), typed="yes\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert other.settings["SECRET_KEY"] == machine.settings["SECRET_KEY"]
    assert (other.standin / "restored_redis").read_text() == "the data of redis\n"
    assert (other.standin / "restored_web").read_text() == "the data of web\n"
    calls = other.calls()
    assert calls.index(other.calls("compose stop")[0]) < calls.index(other.calls("compose run")[0])
    assert other.calls("curl", "/ocr/predict")


@pytest.mark.parametrize("answer", ["no\n", "\n", ""])
def test_restoring_asks_first(machine, answer):
    machine.installed().run("--backup", "there.tar.gz")
    before = machine.files()
    assert machine.run("--restore", "there.tar.gz", typed=answer).returncode == 1
    assert (machine.files(), machine.calls("compose")) == (before, [])


def test_a_backup_of_the_other_kind_of_installation_is_refused(machine):
    machine.installed().run("--backup", "there.tar.gz")
    done = machine.run("--systemd", "--restore", "there.tar.gz", "--yes", "--dry-run")
    assert done.returncode == 1
    assert "made with docker, this is systemd" in done.stderr


def test_what_is_no_backup_is_not_restored(machine):
    machine.installed()
    (machine.folder.parent / "there.tar.gz").write_text("no archive")
    assert "no backup" in machine.run("--restore", "there.tar.gz", "--yes").stderr
    assert not machine.calls("compose stop")


@pytest.mark.parametrize("answer", ["no\n", "y\n", ""])
def test_uninstalling_asks_first(machine, answer):
    machine.installed()
    assert machine.run("--uninstall", typed=answer).returncode == 1
    assert not machine.calls("compose", "down")


@pytest.mark.parametrize(("options", "typed"), [([], "yes\nno\n"), (["--yes"], "")])
def test_uninstalling_keeps_data_and_secrets_unless_told_again(machine, options, typed):
    machine.installed()
    assert machine.run("--uninstall", *options, typed=typed).returncode == 0
    assert machine.calls("compose", "down") and not machine.calls("--volumes")
    assert machine.settings["SECRET_KEY"]


def test_uninstalling_deletes_data_when_told_so(machine):
    machine.installed()
    assert machine.run("--uninstall", typed="yes\nyes\n").returncode == 0
    assert machine.calls("compose", "down --volumes")
    assert not (machine.folder / ".env").exists()
