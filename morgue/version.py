"""The version: pyproject.toml says the same. A checkout has no package metadata to ask."""

VERSION = "0.1.0"
