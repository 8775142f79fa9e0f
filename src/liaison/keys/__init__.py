"""Who can have said it, and who can read it? Signing, sealing, fingerprints and the words read over the telephone.

Private keys stand behind the ports of `keys.ports`. Spec pages: `docs/spec/{keys,seal,words}.md`.
"""
