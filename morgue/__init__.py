"""Morgue: a self-hosted newspaper archive that keeps every version of every article."""
