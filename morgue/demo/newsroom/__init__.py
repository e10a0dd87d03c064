"""A fictional news world on loopback: repeatable outlets whose time is moved by their driver."""

from morgue.demo.newsroom.cast import Article
from morgue.demo.newsroom.lives import Kind
from morgue.demo.newsroom.outlets import COURIER, GAZETTE, MERIDIAN, OUTLETS, Outlet
from morgue.demo.newsroom.server import NewsroomServer
from morgue.demo.newsroom.sitefiles import write_site_files
from morgue.demo.newsroom.world import START, Event, Newsroom

__all__ = [
    "COURIER",
    "GAZETTE",
    "MERIDIAN",
    "OUTLETS",
    "START",
    "Article",
    "Event",
    "Kind",
    "Newsroom",
    "NewsroomServer",
    "Outlet",
    "write_site_files",
]
