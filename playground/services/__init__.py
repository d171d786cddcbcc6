"""Sample services that agents work with: MCP servers, some of them with an API as a second face of one store."""
