"""What listens: the simulated Alipay+, the observer, and the host that makes an HTTP wallet of a specimen."""
