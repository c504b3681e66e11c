"""How fast and how large mailflow is. Run by hand (`make bench`), never as a timed test."""
