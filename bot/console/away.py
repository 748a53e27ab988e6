"""The page in place of any other while the database is out of reach. It comes again by itself."""

from html import escape
from typing import Final

import structlog
from fastapi import Request
from fastapi.responses import HTMLResponse

from bot.console.texts import texts
from ledger.vocabulary import Language

AGAIN_AFTER: Final = 5
PAGE: Final = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta http-equiv="refresh" content="{seconds}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>倾听 Qingting</title></head>
<body style="font-family: system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 1em">
{words}</body>
</html>"""

log = structlog.get_logger(__name__)


async def away(request: Request, error: Exception) -> HTMLResponse:
    """503 in every language, since nobody can be asked whose page it was to be."""
    log.warning("console.database_away", path=request.url.path, error=type(error).__name__)
    words = (
        f'<p lang="{language}">{escape(texts(language)("error.page_away"))}</p>' for language in Language
    )
    page = PAGE.format(seconds=AGAIN_AFTER, words="".join(words))
    return HTMLResponse(page, 503, {"Retry-After": str(AGAIN_AFTER), "Cache-Control": "no-store"})
