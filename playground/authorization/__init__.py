"""An OAuth 2.1 authorization server for the sample services, with a page on which a person allows or denies."""
