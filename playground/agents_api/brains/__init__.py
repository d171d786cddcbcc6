"""Who answers: rules, a model of yours, or a script. All speak through `port`."""
