"""How does a message look as a mail to whoever has only a mailbox, and what does an answer say (docs/spec/mail.md)?"""
