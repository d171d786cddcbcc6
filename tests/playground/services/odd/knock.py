"""What a client starts in place of the odd server: it has the warm process (`warm.py`) be it, and ends as that ended.

Imports next to nothing. The first argument is the warm process's address, the others are the server's.
"""

from __future__ import annotations

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    request = json.dumps({"arguments": sys.argv[2:], "environment": dict(os.environ)}).encode()
    socket.send_fds(line, [request[:1]], [0, 1, 2])
    line.sendall(request[1:])
    line.shutdown(socket.SHUT_WR)
    for own in (0, 1, 2):  # who holds them has to be the server alone: their end is what a client goes by
        os.close(own)
    line.recv(1)  # it never says anything; the line is closed with the process
