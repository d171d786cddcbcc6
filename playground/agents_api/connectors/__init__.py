"""The tools that the service itself runs: canned, the same each time. Nobody's code is ever run here."""
