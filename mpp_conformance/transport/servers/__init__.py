"""What listens: the simulated Alipay+, the observer, and the host that makes an HTTP wallet of a specimen.

Rules of this floor: servers only carry. What a message means is the peers' business, how it looks the wire's; here are
sockets, headers, signatures and bounds. Where a server listens is said by whoever starts it.
"""
