from pathlib import Path

from indexes.settings import Settings, settings_from


def test_the_environment_names_home_models_and_model() -> None:
    given = {
        "SANAD_HOME": "/library",
        "SANAD_MODELS": "/models",
        "SANAD_MODEL": "BAAI/bge-m3",
        "HOME": "/home/a",
    }
    assert settings_from(given) == Settings(Path("/library"), Path("/models"), "BAAI/bge-m3")


def test_without_them_the_user_folders_hold_library_and_models() -> None:
    plain = settings_from({"HOME": "/home/a"})
    assert plain == Settings(Path("/home/a/.local/share/sanad"), Path("/home/a/.cache/sanad/models"), None)
    named = settings_from({"HOME": "/home/a", "XDG_DATA_HOME": "/data", "XDG_CACHE_HOME": "/cache"})
    assert named == Settings(Path("/data/sanad"), Path("/cache/sanad/models"), None)


def test_what_is_given_outright_wins() -> None:
    chosen = settings_from({"SANAD_HOME": "/library", "HOME": "/home/a"}, home=Path("/other"), model="x")
    assert (chosen.home, chosen.model) == (Path("/other"), "x")
