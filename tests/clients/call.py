"""python call.py CLIENT URL BODY NAME VALUE ... : as Call.java does."""

import asyncio
import sys
import urllib.request

import aiohttp
import httpx
import requests

client, url, text, *words = sys.argv[1:]
headers, body = dict(zip(words[::2], words[1::2], strict=True)), text.encode()


async def by_aiohttp() -> None:
    """Both calls in one session."""
    async with aiohttp.ClientSession(trust_env=False) as session:
        for _ in range(2):
            async with session.post(url, data=body, headers=headers, expect100=True) as answer:
                print(answer.status, "signature" in answer.headers, await answer.text())


if client == "aiohttp":
    asyncio.run(by_aiohttp())
elif client == "requests":
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(2):
            told = session.post(url, data=body, headers=headers, timeout=10)
            print(told.status_code, "signature" in told.headers, told.text)
elif client == "httpx":
    with httpx.Client(trust_env=False) as known:
        for _ in range(2):
            found = known.post(url, content=body, headers=headers)
            print(found.status_code, "signature" in found.headers, found.text)
else:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(2):
        with opener.open(urllib.request.Request(url, body, headers), timeout=10) as answer:  # noqa: S310  # as given
            print(answer.status, "signature" in answer.headers, answer.read().decode())
