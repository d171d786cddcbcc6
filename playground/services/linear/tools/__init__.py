"""The MCP face: the tools of Linear's remote server under their official names.

Names, parameters and what is returned follow what clients of https://mcp.linear.app/mcp recorded in 2026. As there, a
parameter that is not known is accepted without a word, although the schemas say that there are no others.
"""
