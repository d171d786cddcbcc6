"""Sample services that agents work with. Each is one store with two faces: its API, and an MCP server."""
