"""A crawl whose pipelines fail at two pages, one of them for the archive; its log goes to standard error as JSON."""

import json
import sys
from pathlib import Path

from config.clock import SystemClock
from config.settings import load_settings
from config.site import SiteConfig
from crawler.run import run_crawl
from db.errors import ArchiveUnwritable
from morgue import logs
from pipeline.items import Fetched


class Failing:
    """The only pipeline."""

    async def process_item(self, fetched: Fetched) -> Fetched:
        """Fail, by the page's address."""
        if fetched.url.endswith("/story-1"):
            raise ValueError(fetched.url)
        if fetched.url.endswith("/story-2"):
            raise ArchiveUnwritable("no space left")
        return fetched


def main(folder: Path) -> None:
    """Crawl the sites of the folder's task."""
    logs.configure("info", form="json", clock=SystemClock())
    sites = json.loads((folder / "task.json").read_text())
    run_crawl(
        load_settings(env={}, cwd=folder, overrides={"delay_s": 0}),
        [SiteConfig.model_validate(site) for site in sites],
        trigger="command",
        clock=SystemClock(),
        scrapy={"ITEM_PIPELINES": {Failing: 100}},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
