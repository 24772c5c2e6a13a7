"""The copy in object storage: an S3-compatible server on loopback and a folder; broken off, damaged, hostile, another home's."""

import shutil
import uuid
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from pipelines.backup import BackupError
from pipelines.cli import app
from sources.archive import Archive, Visit
from warehouse import remote as remotes
from warehouse.findings import GateReport, results_frame
from warehouse.release import latest, publish, roll_back, stage
from warehouse.remote import Remote, RemoteError, check, pull, push

SECRET = "tajny-klucz-do-magazynu"  # noqa: S105  of a server on loopback


@pytest.fixture(scope="module")
def first_home(tmp_path_factory, make_tables, about):
    home = tmp_path_factory.mktemp("remote") / "home"
    for day, size in (("2014-12-31", 6), ("2015-12-31", 8)):
        publish(stage(home, make_tables(size, 12), {**about, "as_of": day}), GateReport((), results_frame(())))
    archive = Archive(home / "archive" / "esca")
    archive.store(Visit("https://esca.example/1", "2025-01-01T10:00:00Z"), "<p>Łódź</p>".encode())
    archive.store(Visit("https://esca.example/2", "2025-01-01T10:00:01Z"), b"<p>2</p>")
    (home / "ledger.jsonl").write_text('{"cluster_id": "PL-C0001", "event": "mint", "records": ["a"]}\n')
    (home / "judgements.yml").write_text("[]\n")
    (home / "home.json").write_text('{"version": 1}\n')
    return home


@pytest.fixture
def home(first_home, tmp_path):
    shutil.copytree(first_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def server():
    running = ThreadedMotoServer("127.0.0.1", 0)
    running.start()
    yield f"http://127.0.0.1:{running._server.server_port}"
    running.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    import boto3

    for name, value in {
        "AWS_ENDPOINT_URL_S3": server,
        "AWS_ACCESS_KEY_ID": "inventory",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid.uuid4()}"
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return f"s3://{name}/poland"


@pytest.fixture
def folder(tmp_path):
    return f"file://{tmp_path / 'copy'}"


def _content(home):
    files = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if not name.startswith(("releases/.", "releases/latest"))}


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_a_home_comes_back_from_its_remote(home, tmp_path, kind):
    address = f"{kind}://{tmp_path / 'copy'}"
    done = push(home, address)
    assert done.releases == ("2014.12.31", "2015.12.31")
    assert done.latest == "2015.12.31"
    assert done.files == len(_content(home)) + 1, "every file once, and the pointer"
    assert check(address) == ()
    again = push(home, address)
    assert (again.files, again.releases) == (0, ()), "what is there is not sent again"
    (tmp_path / "new").mkdir()
    assert pull(address, tmp_path / "new") == "2015.12.31"
    assert _content(tmp_path / "new") == _content(home)


def test_a_home_comes_back_from_s3_by_commands_that_show_no_secret(home, bucket, tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTER_INVENTORY_REMOTE", bucket)

    def run(*words):
        done = CliRunner().invoke(app, ["remote", *words])
        assert SECRET not in done.output
        return done

    assert "releases 2014.12.31, 2015.12.31; in force 2015.12.31" in run("push", "--home", str(home)).output
    assert ": 0 files, 0 bytes, no new release" in run("push", "--home", str(home)).output
    assert "every hash holds" in run("verify", "--home", str(home)).output
    pulled = run("pull", "--home", str(tmp_path / "new"))
    assert pulled.exit_code == 0, pulled.output
    assert latest(tmp_path / "new").version == "2015.12.31"
    assert _content(tmp_path / "new") == _content(home)
    refused = run("pull", "--home", str(tmp_path / "new"))
    assert refused.exit_code == 1
    assert "nothing is overwritten" in refused.output
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    away = run("push", "--home", str(home))
    assert away.exit_code == 1
    assert "Mind address, credentials and network" in away.output
    monkeypatch.delenv("CLUSTER_INVENTORY_REMOTE")
    assert "no remote is set" in run("push", "--home", str(home)).output


def test_broken_off_anywhere_a_reader_meets_whole_releases_only_and_the_next_push_completes_it(
    home, folder, tmp_path, monkeypatch
):
    push(home, folder)
    whole = Path(folder.removeprefix("file://"))
    count = sum(1 for path in whole.rglob("*") if path.is_file())
    writes = []
    for name in ("put", "write"):
        plain = getattr(Remote, name)

        def breaking(self, *arguments, _plain=plain):
            writes.append(arguments[0])
            if len(writes) > allowed:
                raise ConnectionError("the network is gone")
            _plain(self, *arguments)

        monkeypatch.setattr(Remote, name, breaking)
    for allowed in range(0, count, 3):
        writes.clear()
        address = f"file://{tmp_path}/broken-{allowed}"
        with pytest.raises(RemoteError, match="the next push goes on"):
            push(home, address)
        assert check(address) == (), "what the pointers lead to is whole"
        if allowed % 21 == 0:
            allowed = count * 2  # noqa: PLW2901
            assert push(home, address).latest == "2015.12.31"
            assert check(address) == ()


def test_bytes_come_before_what_names_them(home, folder, monkeypatch):
    order = []
    for name in ("put", "write"):
        plain = getattr(Remote, name)
        monkeypatch.setattr(Remote, name, lambda self, *a, _plain=plain: (order.append(a[0]), _plain(self, *a))[1])
    push(home, folder)
    first, last = "releases/2014.12.31", "releases/2015.12.31"
    assert order.index("archive/esca/manifest.jsonl") > max(order.index(n) for n in order if "/pages/" in n)
    for version in (first, last):
        assert order.index(f"{version}/SHA256SUMS") == max(order.index(n) for n in order if n.startswith(version))
    assert order.index("ledger.jsonl") < order.index(f"{first}/SHA256SUMS"), "ids are safe before what shows them"
    assert order[-1] == "releases/latest.txt"


def test_going_back_moves_the_pointer_alone_and_new_pages_are_added(home, folder):
    push(home, folder)
    roll_back(home, "2014.12.31")
    assert push(home, folder).files == 1
    Archive(home / "archive" / "esca").store(Visit("https://esca.example/3", "2025-01-02T10:00:00Z"), b"<p>3</p>")
    assert push(home, folder).files == 2, "the page and the log"
    shutil.rmtree(home / "releases" / "2015.12.31")
    push(home, folder)
    assert Path(folder.removeprefix("file://"), "releases", "2015.12.31", "SHA256SUMS").exists(), (
        "a remote loses nothing"
    )


def test_damage_is_found_and_not_taken_over(home, folder, tmp_path):
    push(home, folder)
    copy = Path(folder.removeprefix("file://"))
    next((copy / "archive" / "esca" / "pages").rglob("*.bin")).write_bytes(b"other")
    (copy / "releases" / "2014.12.31" / "notes.md").write_text("other")
    (copy / "releases" / "2015.12.31" / "csv" / "clusters.csv").unlink()
    (copy / "releases" / "latest.txt").write_text("2020.01.01\n")
    said = "\n".join(check(folder))
    for words in ("not what its name says", "notes.md is not the file", "clusters.csv is missing", "2020.01.01"):
        assert words in said
    (copy / "releases" / "2015.12.31" / "csv" / "clusters.csv").write_text("x")
    (tmp_path / "new").mkdir()
    with pytest.raises(RemoteError, match="is damaged"):
        pull(folder, tmp_path / "new")


def test_a_pointer_that_leads_nowhere_makes_no_home(home, folder, tmp_path, monkeypatch):
    push(home, folder)
    Path(folder.removeprefix("file://"), "releases", "latest.txt").write_text("../../etc\n")
    monkeypatch.setenv("CLUSTER_INVENTORY_REMOTE", folder)
    done = CliRunner().invoke(app, ["remote", "pull", "--home", str(tmp_path / "new")])
    assert done.exit_code == 1
    assert not (tmp_path / "new").exists()
    assert issubclass(BackupError, RuntimeError)


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a/../../evil", "a\\..\\evil"])
def test_a_hostile_remote_writes_nothing_outside(home, folder, tmp_path, name):
    push(home, folder)
    sums = Path(folder.removeprefix("file://"), "releases", "2015.12.31", "SHA256SUMS")
    sums.write_text(sums.read_text() + f"{'0' * 64}  {name}\n")
    (tmp_path / "new").mkdir()
    with pytest.raises(RemoteError, match="leads elsewhere"):
        pull(folder, tmp_path / "new")
    assert not list(tmp_path.rglob("evil"))


def test_another_homes_remote_is_refused_and_stays_as_it_is(home, folder):
    push(home, folder)
    copy = Path(folder.removeprefix("file://"))
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    ledger = (home / "ledger.jsonl").read_text()
    (home / "ledger.jsonl").write_text(ledger.replace('"a"', '"b"'))
    with pytest.raises(RemoteError, match="another home's copy"):
        push(home, folder)
    (home / "ledger.jsonl").write_text(ledger)
    (home / "releases" / "2014.12.31" / "SHA256SUMS").write_text("other")
    with pytest.raises(RemoteError, match="another release 2014"):
        push(home, folder)
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_a_damaged_release_is_not_copied(home, folder):
    (home / "releases" / "2014.12.31" / "notes.md").write_text("other")
    with pytest.raises(RemoteError, match="not as it was published"):
        push(home, folder)


def test_what_cannot_be_reached_says_what_to_do(home, tmp_path, monkeypatch):
    with pytest.raises(RemoteError, match="Give an address such as"):
        push(home, "nowhere://x/y")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RemoteError, match="nothing there"):
        pull(f"file://{tmp_path}/none", tmp_path / "empty")

    def missing(*_, **__):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(remotes.fsspec, "url_to_fs", missing)
    with pytest.raises(RemoteError, match="extra `s3`"):
        push(home, "s3://bucket/x")
