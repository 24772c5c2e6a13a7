import pytest

from pipelines.settings import SettingsError, load


def test_defaults_need_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(environment={})
    assert settings.home == tmp_path / "home"
    assert settings.contact is None
    assert settings.origin["home"] == "default"


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path):
    file = tmp_path / "settings.yml"
    file.write_text(f"home: {tmp_path / 'a'}\ncontact: team@agency.example\nbase_urls:\n  esca: http://127.0.0.1:1\n")
    env = {"CLUSTER_INVENTORY_SETTINGS": str(file), "CLUSTER_INVENTORY_BASE_TCI": "http://127.0.0.1:2"}
    assert load(environment=env).home == tmp_path / "a"
    assert load(environment=env).base_urls == {"esca": "http://127.0.0.1:1", "tci": "http://127.0.0.1:2"}
    env["CLUSTER_INVENTORY_HOME"] = str(tmp_path / "b")
    assert load(environment=env).home == tmp_path / "b"
    chosen = load(home=tmp_path / "c", environment=env)
    assert chosen.home == tmp_path / "c"
    assert chosen.origin["home"] == "--home"


@pytest.mark.parametrize(
    ("text", "said"), [("hoem: x\n", "unknown setting hoem"), ("- a\n", "setting: value"), ("a: [", "Mend the file")]
)
def test_a_bad_file_names_itself_and_the_remedy(tmp_path, text, said):
    file = tmp_path / "settings.yml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        load(environment={"CLUSTER_INVENTORY_SETTINGS": str(file)})
    assert "settings.yml" in str(caught.value)
