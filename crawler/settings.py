"""The settings module that scrapy.cfg names: the settings of the folder in which `scrapy` is run.

Importing it reads them. Must not be imported by Morgue itself, which has its settings already.
"""

import os
from pathlib import Path

from config.settings import load_settings
from crawler.translation import scrapy_settings

globals().update(scrapy_settings(load_settings(env=os.environ, cwd=Path.cwd())))
