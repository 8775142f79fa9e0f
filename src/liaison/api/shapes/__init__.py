"""What does a program send and get? The shapes of the OpenAPI document, and nothing that decides anything."""
