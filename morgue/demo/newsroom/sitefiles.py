"""Writes the site files of the fictional outlets, with the addresses at which they are served."""

from importlib.resources import files
from pathlib import Path

from morgue.demo.newsroom.server import NewsroomServer


def write_site_files(folder: Path, server: NewsroomServer) -> list[Path]:
    """Write a site file for each outlet of a running server; returns their paths.

    The bundled files name `https://NAME.example`, which stands for the address.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for outlet in server.newsroom.outlets:
        bundled = files("morgue.demo").joinpath("sites", f"{outlet.name}.yaml")
        text = bundled.read_text(encoding="utf-8")
        path = folder / f"{outlet.name}.yaml"
        address = server.base_url(outlet)
        path.write_text(text.replace(f"https://{outlet.name}.example", address), encoding="utf-8")
        written.append(path)
    return written
