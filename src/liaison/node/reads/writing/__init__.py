"""What does an officer need to read before writing: drafts, who answers, contact centres, the address book?"""
