"""Sample services that agents work with, each with an MCP server."""
