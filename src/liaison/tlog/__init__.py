"""What did the log say, is it the same for everyone, and who else saw it?

The C2SP log formats over RFC 6962 trees, pure: bytes and hashes in, values out. The pages are
docs/spec/{log,checkpoint,cosignature,proof,witness}.md.
"""
