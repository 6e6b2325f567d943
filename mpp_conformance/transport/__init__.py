"""Sockets, threads and event loops: how conversations reach a wallet, and in which order they are held."""
