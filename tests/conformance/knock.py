"""What the suite starts: it has the warm process (`warm.py`) do the work, and ends as that ended.

Imports next to nothing. The suite gives the address of its server as the argument, and the rest in the environment.
It keeps what is printed and forgets the code, so the last line on stderr tells it.
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

if not code:
    sys.exit("the warm process gave no answer")
print("ended with", code[0], file=sys.stderr)
sys.exit(code[0])
