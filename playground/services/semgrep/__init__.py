"""Checks code for vulnerabilities: an MCP server with Semgrep's tool names, over the transport of 2024."""
