"""What a client may send, field by field; anything else is refused as the real service refuses it."""
