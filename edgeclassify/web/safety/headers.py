"""What browsers are told to forbid themselves, with every answer."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
))  # fmt: skip
"""Nothing of others, nothing inline. In a frame only of the same server: that is how Home Assistant shows it."""
ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
USUALLY = {"Cache-Control": "no-store"}
"""Where the answer says nothing else."""
ENCRYPTED = {"Cross-Origin-Opener-Policy": "same-origin"}
"""Browsers know it over https alone, and complain elsewhere."""


class SafeHeaders:
    """An ASGI layer: the outermost one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to the answer's head."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers[name] = value
                for name, value in USUALLY.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.update(ENCRYPTED)
            await send(message)

        await self._app(scope, receive, send_with_headers)
