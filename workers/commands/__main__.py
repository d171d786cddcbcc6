"""`python -m workers.commands`: the `threadwind` command where its script is not in the PATH, as in the demo."""

from __future__ import annotations

from workers.commands import main

if __name__ == "__main__":
    main()
