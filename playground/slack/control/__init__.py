"""The control API under `/_control/`: what people here do and see. The page, tests and benchmarks use it."""
