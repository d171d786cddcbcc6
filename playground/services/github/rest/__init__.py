"""The REST face: GitHub's routes, statuses, bodies and headers. https://docs.github.com/en/rest"""
