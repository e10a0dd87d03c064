"""Scrapy's settings for our crawls, from ours. Knows both spellings; must not know any site."""

from typing import Any

from config.settings import Settings

PIPELINES = {
    "pipeline.stages.keep.KeepCapture": 100,
    "pipeline.stages.read.ReadPage": 200,
    "pipeline.stages.archive.ArchiveVisit": 300,
    "pipeline.stages.find_edits.FindEdits": 350,
    "pipeline.stages.relate.RelateArticle": 400,
    "pipeline.stages.learn.LearnProfiles": 500,
    "pipeline.stages.learn_rhythms.LearnRhythms": 510,
}
"""Of our spider alone: `scrapy shell` has no crawl for them to work on."""

MIDDLEWARES = {
    "crawler.politeness.guard.AddressGuard": 50,
    "crawler.politeness.robots.Robots": 100,
    "crawler.politeness.backoff.Backoff": 550,
    "crawler.politeness.redirects.Redirects": 600,
    "crawler.politeness.cookies.SiteCookies": 700,
}

UNUSED_MIDDLEWARES = (
    "offsite.OffsiteMiddleware",
    "robotstxt.RobotsTxtMiddleware",
    "httpauth.HttpAuthMiddleware",
    "downloadtimeout.DownloadTimeoutMiddleware",
    "defaultheaders.DefaultHeadersMiddleware",
    "retry.RetryMiddleware",
    "redirect.MetaRefreshMiddleware",
    "redirect.RedirectMiddleware",
    "cookies.CookiesMiddleware",
    "httpproxy.HttpProxyMiddleware",
    "stats.DownloaderStats",
    "httpcache.HttpCacheMiddleware",
)

UNUSED_SPIDER_MIDDLEWARES = (
    "start.StartSpiderMiddleware",
    "httperror.HttpErrorMiddleware",
    "referer.RefererMiddleware",
    "urllength.UrlLengthMiddleware",
    "depth.DepthMiddleware",
    "metacopy.MetaCopyDetectionMiddleware",
)

UNUSED_EXTENSIONS = (
    "telnet.TelnetConsole",
    "memusage.MemoryUsage",
    "memdebug.MemoryDebugger",
    "closespider.CloseSpider",
    "feedexport.FeedExporter",
    "logstats.LogStats",
    "spiderstate.SpiderState",
    "throttle.AutoThrottle",
    "remote_control.RemoteControl",
)


def scrapy_settings(settings: Settings) -> dict[str, Any]:
    """The settings under Scrapy's names. What a site changes is added by the spider."""
    megabyte = 1_000_000
    return {
        "BOT_NAME": "morgue",
        "SPIDER_MODULES": ["crawler.spiders"],
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": False,  # ours obeys; see crawler.politeness.robots
        "ROBOTSTXT_USER_AGENT": settings.robots_user_agent,
        "DOWNLOADER_MIDDLEWARES": {
            **MIDDLEWARES,
            **{f"scrapy.downloadermiddlewares.{name}": None for name in UNUSED_MIDDLEWARES},
        },
        "SPIDER_MIDDLEWARES": {
            f"scrapy.spidermiddlewares.{name}": None for name in UNUSED_SPIDER_MIDDLEWARES
        },
        "EXTENSIONS": {f"scrapy.extensions.{name}": None for name in UNUSED_EXTENSIONS},
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.politeness.transfers.Transfers",
            "https": "crawler.politeness.transfers.Transfers",
            "ftp": None,
            "s3": None,
            "file": None,
            "data": None,
        },
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "TWISTED_DNS_RESOLVER": "crawler.politeness.resolver.GuardedResolver",
        # a name server that hangs holds a thread for each name: those of other sites want some, too
        "REACTOR_THREADPOOL_MAXSIZE": 64,
        # waiting requests are no burden: transfers are limited, and what a site has on its way
        "CONCURRENT_REQUESTS": 0,
        "TRANSFERS_AT_A_TIME": settings.concurrent_requests,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrent_per_host,
        "DOWNLOAD_DELAY": settings.delay_s,
        "DOWNLOAD_DELAY_JITTER": 0,  # a Crawl-delay is a minimum
        "DOWNLOAD_TIMEOUT": settings.timeout_s,
        "DOWNLOAD_MAXSIZE": int(settings.max_page_mb * megabyte),
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,  # kept, marked as truncated
        "DOWNLOAD_VERIFY_CERTIFICATES": True,  # a capture is evidence of who said it
        "REDIRECT_MAX_TIMES": settings.max_redirects,
        "CONCURRENT_ITEMS": 1,  # Scrapy starts that many tasks for every response
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 8 * megabyte,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the archive knows what was asked
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "COOKIES_ENABLED": False,  # Scrapy's would fetch a list from other hosts; see .cookies
        "HTTPCACHE_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # it runs code that is sent to it
        "STATS_DUMP": False,
        "LOG_INSTALL_ROOT_HANDLER": False,  # the caller's own
        "LOG_FORMATTER": "crawler.quiet.Quiet",
        "LOG_LEVEL": settings.log_level.upper(),
        "LOG_VERSIONS": [],
    }
