"""Approvals: who may decide, what a call would do in readable words, and which yeses hold for later calls."""
