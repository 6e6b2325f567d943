"""One call over HTTP, without what urllib adds: redirections, proxies of the environment."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

_MAX_ANSWER = 4_194_304


def post(url: str, text: str, timeout: float, headers: Mapping[str, str]) -> tuple[int, str]:
    """Send a JSON text; the status and the text of the answer. OSError where none came within ``timeout`` seconds."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=timeout)
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        sent = {"Content-Type": "application/json", "Connection": "close", **headers}
        connection.request("POST", target, text.encode(), sent)
        answer = connection.getresponse()
        return answer.status, answer.read(_MAX_ANSWER).decode("utf-8", "replace")
    except http.client.HTTPException as problem:
        raise ConnectionError(repr(problem)) from None
    finally:
        connection.close()
