"""How is a message signed, encrypted and opened for people who have OpenPGP and nothing else (docs/spec/mail.md)?"""
