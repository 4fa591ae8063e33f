"""The pages behind the `type` of every problem: public, in both languages, with nothing fetched from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from registry.api.language import Language
from registry.api.problems import CATALOGUE, ProblemType
from registry.api.refusals import PathNotFound

router = APIRouter(prefix="/problems", include_in_schema=False)

_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "code{background:#f0f0f0;padding:0 .3em}section{margin-top:2rem}h1{font-size:1.5rem}h2{font-size:1.2rem}"
)
_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html>
<html lang="vi">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>\
<style>{style}</style></head>
<body>
{content}
</body>
</html>
"""


@router.get("", response_class=HTMLResponse)
async def list_problems() -> HTMLResponse:
    """List every problem that the API may answer."""
    entries = "\n".join(
        f'<li><a href="/problems/{each.code}"><code>{each.code}</code></a> ({each.status}): '
        f"{escape(each.words[Language.VI].title)} · {escape(each.words[Language.EN].title)}</li>"
        for each in sorted(CATALOGUE.values(), key=lambda each: (each.status, each.code))
    )
    return _page("Lỗi của API · API problems", f"<h1>Lỗi của API · API problems</h1>\n<ul>\n{entries}\n</ul>")


@router.get("/{code}", response_class=HTMLResponse)
async def explain_problem(code: str) -> HTMLResponse:
    """Explain one problem."""
    problem = CATALOGUE.get(code)
    if problem is None:
        raise PathNotFound
    heading = f"<h1><code>{code}</code> · {problem.status} {HTTPStatus(problem.status).phrase}</h1>"
    back = '<p><a href="/problems">Mọi lỗi · All problems</a></p>'
    sections = "\n".join(_section(problem, language) for language in Language)
    return _page(problem.code, f"{heading}\n{sections}\n{back}")


def _section(problem: ProblemType, language: Language) -> str:
    words = problem.words[language]
    return (
        f'<section lang="{language}"><h2>{escape(words.title)}</h2><p>{escape(words.detail)}</p>'
        f"<p>{escape(words.about)}</p></section>"
    )


def _page(title: str, content: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), style=_STYLE, content=content), headers=_HEADERS)
