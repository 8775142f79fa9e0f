"""What do the bytes say? Bytes ⇄ values for every format on the wire; strict, and without any meaning.

Rooms above may import `wire`; `wire` imports only the error tree. Spec pages: `docs/spec/`.
"""
