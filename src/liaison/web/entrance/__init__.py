"""How does a browser become an officer's, stay so, and prove it once more? What sign-in and account pages share."""
