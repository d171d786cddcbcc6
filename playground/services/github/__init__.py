"""GitHub on this machine: repositories with files and history, issues, pull requests; for its REST API and over MCP."""
