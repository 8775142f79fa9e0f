"""How do sealed bytes wait at another node until their owner fetches them? One module a side."""
