"""Every line that a crawl logs says of which crawl and site it is, and of which page."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.hostile.crawling import ROOT, site
from tests.hostile.lying import Server

CHILD = Path(__file__).with_name("log_child.py")


def test_what_fails_in_a_crawl_is_logged_with_crawl_site_and_page(tmp_path: Path) -> None:
    server = Server({})
    try:
        (tmp_path / "task.json").write_text(json.dumps([site("quay", server.base)]))
        done = subprocess.run(
            [sys.executable, "-P", str(CHILD), str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    finally:
        server.close()
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = {line["event"]: line for line in lines}
    failed = told["page_not_archived"]
    assert (failed["crawl"], failed["site"]) == (1, "quay")
    assert failed["url"].startswith(f"{server.base}/story-")
    assert "Traceback" in failed["exception"]
    assert (told["crawl_failed"]["crawl"], told["crawl_failed"]["sites"]) == (1, ["quay"])
    assert [line for line in lines if line.get("crawl") != 1] == []
    assert [line for line in lines if not line.get("site", line.get("sites"))] == []
