"""Linear on this machine: teams, issues, projects, documents; for its GraphQL API and over MCP."""
