"""Which rows tell of requests for cooperation?"""
