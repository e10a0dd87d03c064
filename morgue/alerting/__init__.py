"""Alerts: what rules want to be told, written down first, then sent."""
