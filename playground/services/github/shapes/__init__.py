"""How GitHub writes its things as JSON. Addresses are this server's own: nothing here leads to github.com."""
