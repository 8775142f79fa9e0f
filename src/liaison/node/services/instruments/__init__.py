"""How does a participant declare where it stands, a secretariat publish a text, an operator supply what it knows?"""
