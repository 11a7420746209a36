"""What to send where a JSON value does not do."""


class Raw:
    """What to send, byte for byte."""

    def __init__(self, body, **headers):
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __repr__(self):
        return f"{self.body[:200] if self.body else self.body!r} {self.headers or ''}"
