"""Commands are imported without looking for garbage, which is looked for again afterwards."""

import gc
import subprocess
import sys

import pytest

from morgue.cli.importing import lasting


def test_garbage_is_looked_for_again_after_an_import_even_one_that_fails() -> None:
    assert gc.isenabled()
    with lasting():
        assert not gc.isenabled()
    with pytest.raises(ImportError), lasting():
        raise ImportError
    assert gc.isenabled()


def test_who_had_switched_the_looking_off_finds_it_off() -> None:
    gc.disable()
    try:
        with lasting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_scrapy_names_by_its_stack_is_imported_before_the_rest_of_the_crawler() -> None:
    code = (
        "import inspect, sys; walked = inspect.stack; before = []\n"
        "def stack(*words):\n"
        "    before.append([name for name in sys.modules if name.startswith('crawler.')])\n"
        "    return walked(*words)\n"
        "inspect.stack = stack\n"
        "import morgue.cli.crawling\n"
        "assert before and all(names[-1:] == ['crawler.run'] for names in before), before"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
