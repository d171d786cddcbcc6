"""What the suite starts: it has the warm process (`warm.py`) do the work, and ends as that ended.

Imports next to nothing. The suite gives the address of its server as the argument, and the rest in the environment.
"""

from __future__ import annotations

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as line:
    line.connect(os.environ["CONFORMANCE_SOCKET"])
    request = json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)}).encode()
    socket.send_fds(line, [request[:1]], [1, 2])
    line.sendall(request[1:])
    line.shutdown(socket.SHUT_WR)
    code = line.recv(1)

sys.exit(code[0] if code else "the warm process gave no answer")
