"""What Morgue answers over HTTP, on this machine only unless the settings say otherwise."""
