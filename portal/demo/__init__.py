"""Invented data to look around in: two brands, their creators, and four months of orders.

Everything goes through the services that real data goes through, at times in the past.
"""
