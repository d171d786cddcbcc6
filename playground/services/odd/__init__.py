"""An MCP server for tests of clients: its tools do all that tools of real servers do on bad days, and on good ones."""
