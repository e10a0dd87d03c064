"""The newsroom as a process of its own, and the site files it writes."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml

from config.site import load_sites
from morgue.demo.newsroom import Newsroom, NewsroomServer, write_site_files
from morgue.demo.newsroom.__main__ import main


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_its_addresses_and_stops_when_told(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-P", "-m", "morgue.demo.newsroom", "--articles", "20", "--warm"]
    with subprocess.Popen(
        [*command, "--sites", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        line = json.loads(process.stdout.readline())
        assert line["pid"] == process.pid
        assert set(line["outlets"]) == {"harbour-courier", "inland-gazette", "meridian-post"}
        with urllib.request.urlopen(line["outlets"]["harbour-courier"] + "/rss.xml") as answer:
            assert answer.status == 200
        request = urllib.request.Request(
            line["control"] + "/_newsroom/advance?seconds=60", method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["now"] > line["now"]
        assert len(list(tmp_path.glob("*.yaml"))) == 3
        os.kill(process.pid, number)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_a_start_without_an_offset_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--start", "2026-07-17T06:00:00"])
    assert "needs an offset" in capsys.readouterr().err


def test_site_files_name_the_addresses_that_are_served(tmp_path: Path) -> None:
    with NewsroomServer(Newsroom(articles=3)) as server:
        written = write_site_files(tmp_path, server)
        for path in written:
            text = path.read_text(encoding="utf-8")
            assert ".example" not in text
            site = yaml.safe_load(text)
            assert site["name"] == path.stem
            assert site["home"] == server.base_url(path.stem) + "/"


def test_site_files_are_valid_configuration(tmp_path: Path) -> None:
    with NewsroomServer(Newsroom(articles=3)) as server:
        write_site_files(tmp_path, server)
        sites = load_sites(tmp_path)
        assert list(sites) == ["harbour-courier", "inland-gazette", "meridian-post"]
        for site in sites.values():
            assert site.politeness.allow_private_addresses
            assert all(source.url.startswith(server.base_url(site.name)) for source in site.sources)
