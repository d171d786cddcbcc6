"""The cURL calls that Mistral's announcement of the Agents API and its guides print, as a reader pastes them.

`<agent_id>` and `<conv_id>` stand for what the reader puts in; the host is the only other thing that changes here.
"""

from __future__ import annotations

HOST = "https://api.mistral.ai"

CREATE = """
curl --location "https://api.mistral.ai/v1/agents" \\
     --header 'Content-Type: application/json' \\
     --header 'Accept: application/json' \\
     --header "Authorization: Bearer $MISTRAL_API_KEY" \\
     --data '{
     "model": "mistral-medium-latest",
     "name": "Simple Agent",
     "description": "A simple Agent with persistent state."
 }'
"""

UPDATE = """
curl --location "https://api.mistral.ai/v1/agents/<agent_id>" \\
     --header 'Content-Type: application/json' \\
     --header 'Accept: application/json' \\
     --header "Authorization: Bearer $MISTRAL_API_KEY" \\
     --data '{
     "completion_args": {
       "temperature": 0.3,
       "top_p": 0.95
     },
     "description": "An edited simple agent."
 }'
"""

START = """
curl --location "https://api.mistral.ai/v1/conversations" \\
     --header 'Content-Type: application/json' \\
     --header 'Accept: application/json' \\
     --header "Authorization: Bearer $MISTRAL_API_KEY" \\
     --data '{
     "inputs": "Who is Albert Einstein?",
     "stream": false,
     "agent_id": "<agent_id>"
 }'
"""

CONTINUE = """
curl --location "https://api.mistral.ai/v1/conversations/<conv_id>" \\
     --header 'Content-Type: application/json' \\
     --header 'Accept: application/json' \\
     --header "Authorization: Bearer $MISTRAL_API_KEY" \\
     --data '{
     "inputs": "Translate to French.",
     "stream": false,
     "store": true,
     "handoff_execution": "server"
 }'
"""

STREAM = """
curl --location "https://api.mistral.ai/v1/conversations" \\
     --header 'Content-Type: application/json' \\
     --header 'Accept: text/event-stream' \\
     --header "Authorization: Bearer $MISTRAL_API_KEY" \\
     --data '{
     "inputs": "Who is Albert Einstein?",
     "stream": true,
     "agent_id": "<agent_id>"
 }'
"""
