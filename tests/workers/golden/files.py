"""What is asked of files, an operation a row: its intent, our call, the official SDK's for the same."""

from __future__ import annotations

from tests.workers.golden.operation import Operation
from workers.conversations.made_files import MadeFiles as Us

OPERATIONS = [
    Operation(
        intent="fetch a file that a tool made",
        method="content",
        ours=lambda http: Us(http).content("file_1"),
        theirs=lambda sdk: sdk.files.download_async(file_id="file_1"),
    ),
]
