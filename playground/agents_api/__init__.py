"""A local stand-in of Mistral's Agents and Conversations API, with the real protocol and without a model of its own."""
