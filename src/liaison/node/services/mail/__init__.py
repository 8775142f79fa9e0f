"""What happens to OpenPGP mail: keys, correspondents, handing over, fetching (docs/spec/mail.md)?"""
