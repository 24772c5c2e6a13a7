"""Messages that really arrive: at a webhook and at a mail server, both on loopback."""

import json
import socketserver
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from pipelines.alerts import LOG, DeliveryError, Told, clear_one, open_alerts, raise_one, reconcile, webhook_body
from pipelines.conditions import Condition
from pipelines.settings import AlertSettings

NOW = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)
DOWN = Condition(
    "source_failing", "esca", "esca: its data is 34 days old", ("It is down.",), "Open the site.", ("host_down",)
)
OLDER = Condition(
    "source_failing", "esca", "esca: its data is 35 days old", ("It is down.",), "Open it.", ("host_down",)
)
CLOSED = Condition("gate_closed", "release", "The gate is closed", ("clusters: <b>no class</b>.",), "Look.", ("a",))


@pytest.fixture
def webhook(httpserver):
    """A webhook that keeps what it was sent."""
    got = []

    def answer(request):
        got.append(json.loads(request.get_data()))
        return Response("ok")

    httpserver.expect_request("/hook", method="POST").respond_with_handler(answer)
    return AlertSettings(webhook=httpserver.url_for("/hook")), got


def test_one_message_when_it_begins_and_one_when_it_is_over(tmp_path, webhook):
    settings, got = webhook
    reconcile(tmp_path, settings, NOW, [DOWN])
    reconcile(tmp_path, settings, NOW + timedelta(days=1), [OLDER])
    reconcile(tmp_path, settings, NOW + timedelta(days=2), [])
    reconcile(tmp_path, settings, NOW + timedelta(days=3), [])
    assert [message["text"].splitlines()[0] for message in got] == [
        "[cluster inventory] esca: its data is 34 days old",
        "[cluster inventory] over: esca: its data is 34 days old",
    ]
    assert "- It is down.\nWhat to do: Open the site.\nMore: docs/runbook.md, source_failing" in got[0]["text"]
    assert open_alerts(tmp_path) == {}


def test_a_reminder_comes_after_a_week(tmp_path, webhook):
    settings, got = webhook
    for day in range(15):
        reconcile(tmp_path, settings, NOW + timedelta(days=day), [DOWN])
    assert [message["text"].split("] ")[1].split(":")[0] for message in got] == ["esca", "still", "still"]


def test_two_conditions_are_two_messages_and_end_apart(tmp_path, webhook):
    settings, got = webhook
    reconcile(tmp_path, settings, NOW, [DOWN, CLOSED])
    reconcile(tmp_path, settings, NOW, [CLOSED])
    assert len(got) == 3
    assert [line["kind"] for line in open_alerts(tmp_path).values()] == ["gate_closed"]


def test_a_failed_run_is_left_alone_until_its_job_goes_through(tmp_path, webhook):
    settings, got = webhook
    broken = Condition("run_failed", "release", "The job release broke off", ("disk full",), "Mend it.", ("published",))
    assert raise_one(tmp_path, settings, NOW, broken)
    assert raise_one(tmp_path, settings, NOW, broken) is None
    reconcile(tmp_path, settings, NOW, [])
    assert len(got) == 1
    assert clear_one(tmp_path, settings, NOW, "run_failed", "build") == []
    assert len(clear_one(tmp_path, settings, NOW, "run_failed", "release")) == 1
    assert open_alerts(tmp_path) == {}


def test_what_reached_nobody_is_told_again_and_the_address_stays_secret(tmp_path, httpserver):
    secret = httpserver.url_for("/hook-T0K3N")
    httpserver.expect_request("/hook-T0K3N").respond_with_data("no", status=500)
    with pytest.raises(DeliveryError, match="reached nobody") as fault:
        reconcile(tmp_path, AlertSettings(webhook=secret), NOW, [DOWN])
    assert "T0K3N" not in str(fault.value)
    assert "T0K3N" not in repr(AlertSettings(webhook=secret))
    assert open_alerts(tmp_path) == {}


def test_no_channel_is_no_error_and_is_noted(tmp_path):
    reconcile(tmp_path, AlertSettings(), NOW, [DOWN])
    (line,) = open_alerts(tmp_path).values()
    assert line["sent"] == []


def test_a_redirect_and_a_plain_address_elsewhere_are_refused(tmp_path, httpserver):
    httpserver.expect_request("/hook").respond_with_data(
        "", status=302, headers={"Location": httpserver.url_for("/other")}
    )
    httpserver.expect_request("/other").respond_with_data("ok")
    for address in (httpserver.url_for("/hook"), "http://hooks.example/T", "file:///etc/passwd"):
        with pytest.raises(DeliveryError):
            reconcile(tmp_path, AlertSettings(webhook=address), NOW, [DOWN])
    assert len(httpserver.log) == 1


def test_teams_gets_an_adaptive_card():
    body = webhook_body("teams", Told("raised", CLOSED))
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    lines = [block["text"] for block in attachment["content"]["body"]]
    assert lines[0] == "[cluster inventory] The gate is closed"
    assert "- clusters: <b>no class</b>." in lines
    assert all(block["wrap"] for block in attachment["content"]["body"])


class _Mailbox(socketserver.StreamRequestHandler):
    """As much of a mail server as a client needs."""

    def handle(self):
        self.say("220 mail.example")
        letter = []
        for raw in iter(self.rfile.readline, b""):
            line = raw.decode().rstrip("\r\n")
            if line.upper() == "DATA":
                self.say("354 go on")
                while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    letter.append(part)
                self.server.letters.append("\n".join(letter))
                self.say("250 taken")
            elif line.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox)
    server.letters = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_mail_arrives(tmp_path, mail):
    settings = AlertSettings(mail_to=("data@agency.example",), smtp=f"127.0.0.1:{mail.server_address[1]}")
    reconcile(tmp_path, settings, NOW, [DOWN])
    (letter,) = mail.letters
    assert "Subject: [cluster inventory] esca: its data is 34 days old" in letter
    assert "To: data@agency.example" in letter
    assert "What to do: Open the site." in letter


def test_one_channel_is_enough(tmp_path, mail):
    settings = AlertSettings(
        webhook="http://127.0.0.1:9/hook", mail_to=("data@agency.example",), smtp=f"127.0.0.1:{mail.server_address[1]}"
    )
    reconcile(tmp_path, settings, NOW, [DOWN])
    assert json.loads((tmp_path / LOG).read_text().splitlines()[0])["sent"] == ["mail"]


def test_a_title_with_line_breaks_adds_no_header(tmp_path, mail):
    hostile = Condition("gate_closed", "release", "x\r\nBcc: all@example.org", ("y",), "z")
    settings = AlertSettings(mail_to=("data@agency.example",), smtp=f"127.0.0.1:{mail.server_address[1]}")
    reconcile(tmp_path, settings, NOW, [hostile])
    assert "\nBcc:" not in mail.letters[0].partition("\n\n")[0]


def test_a_torn_line_of_the_log_is_passed_over(tmp_path):
    reconcile(tmp_path, AlertSettings(), NOW, [DOWN])
    with (tmp_path / LOG).open("a") as log:
        log.write('{"event": "rai')
    assert len(open_alerts(tmp_path)) == 1


def test_nobody_is_reminded_of_what_an_allowance_covers(tmp_path, webhook):
    settings, got = webhook
    reconcile(tmp_path, settings, NOW, [DOWN])
    allowed = replace(DOWN, allowed_until="2026-06-20")
    for day in range(1, 21):
        reconcile(tmp_path, settings, NOW + timedelta(days=day), [allowed])
    assert [line["moment"][:10] for line in open_alerts(tmp_path).values()] == ["2026-06-21"]
    assert len(got) == 2
