"""Notes, of which each person has their own: a small MCP server that lets in only who bears a token."""
