"""MCP servers for tests: real ones by the official SDK, and bare scripts for what no SDK would do."""
