"""`python -m morgue`: the command `morgue`, for child processes and odd installations."""

from morgue.cli import main

if __name__ == "__main__":
    main(prog_name="morgue")
