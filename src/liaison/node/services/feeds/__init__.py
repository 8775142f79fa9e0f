"""How does a feed become reports in a folder, and each report a sealed message?"""
