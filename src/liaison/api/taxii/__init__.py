"""How do programs read the routed reports of a desk as TAXII 2.1 (docs/using/taxii.md)?"""
