"""What Alipay+ says and can do wrong: messages, signature, limits, fault profiles."""
