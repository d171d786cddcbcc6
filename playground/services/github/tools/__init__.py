"""The MCP face: the tools of GitHub's remote server under their official names, with its toolsets and headers.

Names, parameters and what is returned follow github/github-mcp-server as its documentation described them in 2026.
"""
