from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.settings import BUNDLED_SITES, Settings, load_settings


def write(folder: Path, text: str) -> Path:
    file = folder / "morgue.yaml"
    file.write_text(text)
    return file


def complaints(folder: Path, **more: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(**({"env": {}, "cwd": folder} | more))  # type: ignore[arg-type]
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.file is None
    assert settings.home == tmp_path
    assert settings.archive_url == f"sqlite:///{tmp_path}/archive.sqlite3"
    assert settings.sites_dir == BUNDLED_SITES
    assert (settings.capture_store, settings.delay_s) == ("database", 1.0)


def test_the_nearest_file_above_is_found_and_paths_hang_on_it(tmp_path: Path) -> None:
    file = write(
        tmp_path, "capture_store: files:captures\narchive_url: sqlite:///db/a.sqlite3?x=1\n"
    )
    below = tmp_path / "sites" / "old"
    below.mkdir(parents=True)
    settings = load_settings(env={}, cwd=below)
    assert (settings.file, settings.home) == (file, tmp_path)
    assert settings.archive_url == f"sqlite:///{tmp_path}/db/a.sqlite3?x=1"
    assert settings.capture_store == f"files:{tmp_path}/captures"
    assert settings.sites_dir == tmp_path / "sites"


def test_absolute_paths_and_other_databases_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, "archive_url: postgresql://me@db.example/morgue\nsites_dir: /srv/sites\n")
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.archive_url == "postgresql://me@db.example/morgue"
    assert settings.sites_dir == Path("/srv/sites")
    absolute = load_settings(env={"MORGUE_ARCHIVE_URL": "sqlite:////var/a.db"}, cwd=tmp_path)
    assert absolute.archive_url == "sqlite:////var/a.db"
    memory = load_settings(env={"MORGUE_ARCHIVE_URL": "sqlite:///:memory:"}, cwd=tmp_path)
    assert memory.archive_url == "sqlite:///:memory:"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, "delay_s: 1.5\ntimeout_s: 15\nmax_redirects: 1\n")
    settings = load_settings(
        env={"MORGUE_DELAY_S": "2.5", "MORGUE_TIMEOUT_S": "25", "MORGUE_LOG_LEVEL": ""},
        overrides={"delay_s": 3.5, "max_depth": None},
        cwd=tmp_path,
    )
    assert (settings.delay_s, settings.timeout_s, settings.max_redirects) == (3.5, 25.0, 1)
    assert (settings.max_depth, settings.log_level) == (2000, "info")


def test_a_file_can_be_named(tmp_path: Path) -> None:
    named = tmp_path / "other.yaml"
    named.write_text("delay_s: 9\n")
    write(tmp_path, "delay_s: 1\n")
    env = {"MORGUE_CONFIG": "other.yaml"}
    assert load_settings(env=env, cwd=tmp_path).delay_s == 9
    assert load_settings(Path("other.yaml"), env={}, cwd=tmp_path).file == named
    assert load_settings(tmp_path / "morgue.yaml", env=env, cwd=tmp_path).delay_s == 1


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    assert complaints(tmp_path, env={"MORGUE_CONFIG": "none.yaml"}) == [
        "none.yaml: is no file. Name a YAML file."
    ]


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    write(tmp_path, "# nothing yet\n")
    assert load_settings(env={}, cwd=tmp_path).sites_dir == tmp_path / "sites"


def test_every_problem_of_every_place_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "dealy_s: 1\nlog_level: loud\nhome: /srv\nmax_depth: 10\n")
    known = [name for name in Settings.model_fields if name not in {"file", "home"}]
    assert complaints(
        tmp_path,
        env={"MORGUE_TIMEOUT_S": "soon", "MORGUE_CONTAC": "x", "MORGUE_MAX_DEPTH": "-5"},
        overrides={"capture_store": "tape", "archive_url": "mysql://a:b@c/d"},
    ) == [
        "morgue.yaml:1:1: dealy_s: unknown key dealy_s. Did you mean delay_s?",
        (
            'morgue.yaml:2:12: log_level: "loud" is none of the known words. '
            "Write 'debug', 'info', 'warning' or 'error'."
        ),
        f"morgue.yaml:3:1: home: unknown key home. Known here: {', '.join(known)}.",
        (
            'command line: archive_url: "mysql://***@c/d" has the scheme mysql. '
            "Write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        ),
        (
            'command line: capture_store: "tape" is no capture store. '
            "Write database, or files: and a folder."
        ),
        "environment: MORGUE_CONTAC: unknown variable MORGUE_CONTAC. Did you mean MORGUE_CONTACT?",
        'environment: MORGUE_MAX_DEPTH: "-5" is too small. The least is 50.',
        'environment: MORGUE_TIMEOUT_S: "soon" is no number. Write it as in 2.5.',
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "archive_url: archive.sqlite3\n",
            (
                'morgue.yaml:1:14: archive_url: "archive.sqlite3" is no database URL. '
                "Write it as in sqlite:///archive.sqlite3."
            ),
        ),
        (
            "channels:\n  desk: {command: [page]}\n",
            (
                "morgue.yaml:2:3: channels: channels is no list. "
                "Write a line that begins with - for each, below it."
            ),
        ),
        (
            "archive_url: sqlite://archive.sqlite3\n",
            (
                'morgue.yaml:1:14: archive_url: "sqlite://archive.sqlite3" names no file. '
                "Write three slashes, as in sqlite:///archive.sqlite3."
            ),
        ),
        (
            "contact: nobody\n",
            (
                'morgue.yaml:1:10: contact: "nobody" is neither a URL nor a mail address. '
                "Write where a site's owner can reach you, as in https://example.org/crawler."
            ),
        ),
        (
            "user_agent: Mörgue\n",
            (
                'morgue.yaml:1:13: user_agent: "Mörgue" cannot be sent in a header. '
                "Use plain ASCII letters, one line."
            ),
        ),
        (
            "clock_offset_s: nan\n",
            'morgue.yaml:1:17: clock_offset_s: "nan" is no number. Write it as in 2.5.',
        ),
        (
            "concurrent_requests: 2.5\n",
            'morgue.yaml:1:22: concurrent_requests: "2.5" is no whole number. Write it as in 5.',
        ),
        (
            "timeout_s:\n",
            (
                "morgue.yaml:1:11: timeout_s: timeout_s has no value. "
                "Write one behind the colon, or remove the key."
            ),
        ),
        (
            "- contact\n",
            (
                "morgue.yaml:1:1: holds no settings. "
                "Write keys with values, as in contact: https://example.org/."
            ),
        ),
        (
            "delay_s: 1\ndelay_s: 2\n",
            (
                "morgue.yaml:2:1: has the key delay_s twice: it is in line 1 already. "
                "Keep one of them."
            ),
        ),
    ],
)
def test_a_mistake_in_the_file_has_its_place_and_remedy(
    tmp_path: Path, text: str, complaint: str
) -> None:
    write(tmp_path, text)
    assert complaints(tmp_path) == [complaint]


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    env = {"MORGUE_SHARED": "/x", "MORGUE_TEST_ALL": "1", "PATH": "/bin", "DELAY": "x"}
    assert load_settings(env=env, cwd=tmp_path).delay_s == 1.0


def test_the_user_agent_names_the_contact(tmp_path: Path) -> None:
    write(tmp_path, "contact: desk@harbourpost.example\n")
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.user_agent == "Morgue/0.1 (+desk@harbourpost.example)"
    assert settings.user_agent_or_error() == settings.user_agent


def test_a_user_agent_of_ones_own_may_name_the_contact_too(tmp_path: Path) -> None:
    write(tmp_path, "contact: https://lab.example/bot\nuser_agent: PressLab/2 (+CONTACT)\n")
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.user_agent == "PressLab/2 (+https://lab.example/bot)"


def test_without_a_contact_other_peoples_sites_are_not_crawled(tmp_path: Path) -> None:
    settings = load_settings(env={}, cwd=tmp_path)
    assert settings.user_agent == "Morgue/0.1"
    with pytest.raises(ConfigError) as caught:
        settings.user_agent_or_error()
    assert str(caught.value) == (
        f"{tmp_path}/morgue.yaml: contact: contact is not set, so the crawler would be anonymous. "
        "Write contact: with a URL or mail address at which a site's owner can reach you, "
        "or set MORGUE_CONTACT."
    )


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    env = {"MORGUE_ARCHIVE_URL": "postgresql://me:secret@db.example/morgue"}
    settings = load_settings(env=env, cwd=tmp_path)
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings)


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load_settings(env={}, cwd=tmp_path).delay_s = 0  # type: ignore[misc]
